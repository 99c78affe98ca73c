// Ticking an order shows its pick list at once.
const form = document.getElementById("choose");
form?.addEventListener("change", () => form.requestSubmit());
