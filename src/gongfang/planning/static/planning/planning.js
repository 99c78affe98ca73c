// Small helps on the planning pages: a changed choice sends its form.
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-pl-submit]");
  if (field && field.form) field.form.requestSubmit();
});
