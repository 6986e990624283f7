/* A ticket is opened to be printed. */
(() => {
  "use strict";
  window.addEventListener("load", () => window.print());
})();
