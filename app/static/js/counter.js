/* The order page: posts by fetch, so that an error elsewhere keeps the card in this page's inputs and out of our HTML. */
(() => {
  "use strict";
  const form = document.getElementById("order");
  if (!form) return;
  const answer = document.getElementById("answer");
  const trouble = document.getElementById("trouble");
  const asking = document.getElementById("asking");
  const text = form.dataset;
  const field = (name) => form.elements.namedItem(name);
  const KEPT = ["csrf_token", "key", "merchant", "channel", "currency", "capture_mode", "capture_day"];
  let busy = false;
  let watched = 0;
  const { boxOf, tell } = window.egestionFields(form);
  const forgetCard = window.egestionCard(form, tell);

  // --- errors ----------------------------------------------------------------------------------------------------
  function clearErrors() {
    for (const line of form.querySelectorAll(".field .error")) tell(line.id.replace(/-error$/, ""), "");
    for (const old of document.querySelectorAll(".error-summary, main > .notice")) old.remove();
    complain("");
  }

  function complain(message) {
    trouble.replaceChildren();
    if (!message) return;
    const notice = document.createElement("div");
    notice.className = "notice bad";
    const line = document.createElement("p");
    line.textContent = message;
    notice.append(line);
    trouble.append(notice);
    notice.scrollIntoView({ block: "nearest" });
  }

  function showErrors(body) {
    let first = null;
    const nowhere = [];
    for (const error of body.errors || []) {
      if (!tell(error.field, error.message)) nowhere.push(error.message);
      else if (!first) first = boxOf(error.field);
    }
    complain(first ? nowhere.join(" ") : [...nowhere, body.message].join(" "));
    if (first) first.querySelector(".control, input").focus();
  }

  // --- the answer ----------------------------------------------------------------------------------------------------
  function showAnswer(body) {
    answer.innerHTML = body.html;
    const panel = answer.querySelector(".answer");
    form.hidden = body.outcome !== "refused";
    const otherCard = panel.querySelector("[data-other-card]");
    if (otherCard) otherCard.hidden = false;
    const target = panel.querySelector("[data-answer-focus]") || otherCard || panel.querySelector("[data-next-order]");
    window.scrollTo(0, 0);
    target.focus();
    watch();
  }

  function watch() {
    window.clearTimeout(watched);
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
        const reply = await fetch(panel.dataset.poll, { headers: { Accept: "application/json" } });
        const body = await reply.json();
        if (body.final) {
          const inside = answer.contains(document.activeElement);
          answer.innerHTML = body.html;
          const known = answer.querySelector("[data-next-order]");
          if (inside) known.focus();
          return;
        }
      } catch {
        // No line, or signed out: the transaction's page will show it.
      }
      next();
    };
    next();
  }

  function nextOrder() {
    window.clearTimeout(watched);
    for (const control of form.elements) {
      if (!control.name || KEPT.includes(control.name) || control.type === "submit") continue;
      control.value = "";
    }
    for (const name of ["capture_mode", "capture_day"]) {
      for (const option of field(name).options) option.selected = option.defaultSelected;
    }
    forgetCard();
    clearErrors();
    answer.replaceChildren();
    form.hidden = false;
    field("amount").focus();
  }

  answer.addEventListener("click", (event) => {
    if (event.target.closest("[data-next-order]")) {
      event.preventDefault();
      nextOrder();
    } else if (event.target.closest("[data-other-card]")) {
      forgetCard();
      field("card_number").focus();
    }
  });

  // --- sending ---------------------------------------------------------------------------------------------------------
  async function freshToken() {
    const reply = await fetch(text.fresh, { headers: { Accept: "application/json" } });
    if (reply.redirected || !reply.ok) return false;
    const token = (await reply.json()).csrf_token;
    for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = token;
    return true;
  }

  async function post() {
    const reply = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    const json = (reply.headers.get("Content-Type") || "").startsWith("application/json");
    return { reply, body: json ? await reply.json() : null };
  }

  async function send() {
    let { reply, body } = await post();
    if (!body && (reply.redirected || reply.status === 400)) {
      // Signed out, or signed in anew elsewhere: with a new token it is the same order, by its key.
      if (!(await freshToken())) return complain(text.textSignedOut);
      ({ reply, body } = await post());
    }
    if (!body) return complain(reply.redirected ? text.textSignedOut : text.textBroken);
    if (body.key) field("key").value = body.key;
    if (!reply.ok) return showErrors(body);
    forgetCard(); // a refused order stays for another card; nothing of this one does
    return showAnswer(body);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    clearErrors();
    form.setAttribute("aria-busy", "true");
    asking.textContent = text.textAsking;
    try {
      await send();
    } catch {
      complain(text.textOffline);
    } finally {
      busy = false;
      form.removeAttribute("aria-busy");
      asking.textContent = "";
    }
  });

  // --- the page ------------------------------------------------------------------------------------------------------
  const shop = document.getElementById("shop");
  if (shop) shop.addEventListener("change", () => shop.form.submit());
  if (answer.querySelector(".answer")) {
    const otherCard = answer.querySelector("[data-other-card]");
    if (otherCard) otherCard.hidden = false;
    else if (!document.querySelector("[data-focus]")) {
      form.hidden = true;
      const target = answer.querySelector("[data-answer-focus], [data-next-order]");
      if (target) target.focus();
    }
    watch();
  }
})();
