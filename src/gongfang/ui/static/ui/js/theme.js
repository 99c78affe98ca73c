// Runs before the first paint, so that a dark screen never flashes white.
(function () {
  "use strict";
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem("gf-theme");
    if (!theme) theme = window.matchMedia && matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.setAttribute("data-bs-theme", theme);
    if (localStorage.getItem("gf-narrow") === "1") root.classList.add("gf-narrow");
  } catch (error) {
    /* private mode: the defaults will do */
  }
})();
