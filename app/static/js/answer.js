/* The panel above the order form: the bank's answer, followed while it is not known; the one stop before an order is sent. */
(() => {
  "use strict";

  /* `acts`: next() starts the next order, otherCard() keeps this one, confirm() sends it again. */
  window.egestionAnswer = (form, answer, acts) => {
    const text = form.dataset;
    let watched = 0;

    function show(body) {
      window.clearTimeout(watched);
      answer.innerHTML = body.html;
      const panel = answer.querySelector(".answer");
      const stays = ["refused", "warning"].includes(panel.dataset.outcome);
      form.hidden = !stays;
      for (const button of panel.querySelectorAll("[data-other-card], [data-confirm], [data-back]")) button.hidden = false;
      for (const line of panel.querySelectorAll("[data-needs-script]")) line.remove();
      window.scrollTo(0, 0);
      focus(panel);
      watch();
    }

    function focus(panel) {
      const target = ["[data-answer-focus]", "[data-other-card]", "[data-next-order]"].map((each) => panel.querySelector(each)).find(Boolean);
      if (target) target.focus();
    }

    function watch() {
      const panel = answer.querySelector("[data-poll]");
      if (!panel) return;
      const lookAgain = panel.querySelector("[data-look-again]");
      if (lookAgain) lookAgain.hidden = true;
      const moments = text.pollAfter.split(",").map(Number);
      let past = 0;
      const next = () => {
        if (!moments.length) {
          panel.querySelector("[data-handed-over]").hidden = false;
          if (lookAgain) lookAgain.hidden = false;
          return;
        }
        const moment = moments.shift();
        watched = window.setTimeout(ask, (moment - past) * 1000);
        past = moment;
      };
      const ask = async () => {
        try {
          const address = `${panel.dataset.poll}?attempts=${encodeURIComponent(form.elements.namedItem("attempts").value)}`;
          const reply = await fetch(address, { headers: { Accept: "application/json" } });
          const body = await reply.json();
          if (body.final && panel.isConnected) {
            acts.known(body);
            return;
          }
        } catch {
          // No line, or signed out: the transaction's page will show it.
        }
        next();
      };
      next();
    }

    function close() {
      window.clearTimeout(watched);
      answer.replaceChildren();
      form.hidden = false;
    }

    answer.addEventListener("click", (event) => {
      const pressed = (mark) => event.target.closest(`[data-${mark}]`);
      if (pressed("next-order")) {
        event.preventDefault();
        acts.next();
      } else if (pressed("other-card")) acts.otherCard();
      else if (pressed("confirm")) acts.confirm();
      else if (pressed("back")) acts.back();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && answer.querySelector("[data-outcome=warning]")) acts.back();
    });

    return { show, close, watch, focus };
  };
})();
