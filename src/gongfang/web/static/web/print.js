// The browser's own printing.
document.getElementById("gf-print-now").addEventListener("click", () => window.print());
