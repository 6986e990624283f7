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
  const SENT = "egestion.sent"; // the key of a form on its way, nothing of the order
  let busy = false;
  let stale = form.hasAttribute("data-again"); // what a new order starts with is on a new page
  const { boxOf, tell } = window.egestionFields(form);
  const forgetCard = window.egestionCard(form, tell);
  const order = window.egestionOrder(form, tell);
  const panel = window.egestionAnswer(form, answer, {
    next: nextOrder,
    known,
    otherCard() {
      forgetCard();
      field("card_number").focus();
    },
    confirm: () => form.requestSubmit(),
    back() {
      field("confirmed").value = "";
      panel.close();
      field("order_number").focus();
    },
  });

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
    const errors = body.errors || [];
    let first = null;
    const nowhere = [];
    for (const error of errors) {
      if (!tell(error.field, error.message)) nowhere.push(error.message);
      else if (!first) first = boxOf(error.field);
    }
    order.offerNoCard(errors);
    complain(first ? nowhere.join(" ") : [...nowhere, body.message].join(" "));
    if (first) first.querySelector(".control, input").focus();
  }

  // --- the key of a form on its way: a page opened after a cut can say what became of it ----------------------------
  function remember(sent) {
    try {
      if (sent) window.sessionStorage.setItem(SENT, JSON.stringify({ key: field("key").value, merchant: field("merchant").value }));
      else window.sessionStorage.removeItem(SENT);
    } catch {
      // No storage: the line "your last order" under the form says it.
    }
  }

  async function recall() {
    let sent = null;
    try {
      sent = JSON.parse(window.sessionStorage.getItem(SENT));
    } catch {
      return;
    }
    if (!sent || answer.querySelector(".answer")) return;
    const asked = async () => {
      const reply = await fetch(`${text.sent}?${new URLSearchParams(sent)}`, { headers: { Accept: "application/json" } });
      return reply.ok && !reply.redirected ? reply.json() : null;
    };
    try {
      let body = await asked();
      if (body && !body.arrived) {
        await new Promise((done) => window.setTimeout(done, 3000)); // it may be on its way still
        body = await asked();
      }
      if (!body || busy || answer.querySelector(".answer")) return;
      if (!body.arrived) complain(text.textNothingSent);
      else if (!typed()) show(body);
      remember(false);
    } catch {
      // Still no line: it is asked when the page is opened again.
    }
  }

  const typed = () => ["amount", "order_number", "card_number"].some((name) => field(name).value);

  // --- the answer ----------------------------------------------------------------------------------------------------
  function show(body) {
    stale = form.hasAttribute("data-again") || (Boolean(body.stamp) && body.stamp !== text.stamp);
    // Loaded again, a refused order is still there for another card.
    window.history.replaceState(null, "", body.outcome === "refused" ? `${text.here}&last=${body.reference}` : text.here);
    field("attempts").value = body.attempts || "";
    if (body.next_number) order.propose(body.next_number);
    for (const line of document.querySelectorAll("[data-last]")) line.remove();
    panel.show(body);
  }

  function known(body) {
    const inside = answer.contains(document.activeElement);
    const reader = document.activeElement;
    show(body);
    if (!inside) reader.focus();
  }

  function nextOrder() {
    forgetCard();
    if (stale) {
      window.location.assign(text.here); // another day has begun: its dates are on a new page
      return;
    }
    window.history.replaceState(null, "", text.here);
    order.clear();
    clearErrors();
    panel.close();
    field("amount").focus();
  }

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
    remember(true);
    let { reply, body } = await post();
    if (!body && (reply.redirected || reply.status === 400)) {
      // Signed out, or signed in anew elsewhere: with a new token it is the same order, by its key.
      if (!(await freshToken())) return complain(text.textSignedOut);
      ({ reply, body } = await post());
    }
    if (!body) return complain(reply.redirected ? text.textSignedOut : text.textBroken);
    for (let tries = 0; body && body.instead && tries < 3; tries += 1) {
      order.takeNumber(body.instead);
      ({ body, reply } = await post());
    }
    if (!body) return complain(text.textBroken);
    remember(false);
    if (body.key) field("key").value = body.key;
    if (body.confirm) {
      field("confirmed").value = body.confirm; // the card stays: nothing was sent
      panel.show(body);
      return null;
    }
    if (!reply.ok) return showErrors(body);
    forgetCard(); // a refused order stays for another card; nothing of this one does
    return show(body);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    if (answer.querySelector("[data-outcome=warning]") && event.submitter) field("confirmed").value = "";
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
  // By its button or Enter, not while one walks through the merchants by arrow keys.
  if (shop) shop.form.addEventListener("submit", () => order.keepTyped(shop.value));
  if (shop) shop.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    shop.form.requestSubmit();
  });
  const shown = answer.querySelector(".answer");
  if (shown) {
    const otherCard = answer.querySelector("[data-other-card]");
    if (otherCard) otherCard.hidden = false;
    else if (!document.querySelector("[data-focus]") && shown.dataset.outcome !== "warning") {
      form.hidden = true;
      panel.focus(shown);
    }
    panel.watch();
  } else recall();
})();
