/* A ticket, a remittance on paper: opened to be printed. */
(() => {
  "use strict";
  window.addEventListener("load", () => window.print());
})();
