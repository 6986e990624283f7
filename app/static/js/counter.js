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
  const SECRET = ["card_number", "card_expiry", "security_code"];
  const KEPT = ["csrf_token", "key", "merchant", "channel", "currency", "capture_mode", "capture_day"];
  let busy = false;
  let watched = 0;

  // --- the card: brand and check digit at once, never sent before the order ----------------------------------------
  const ranges = JSON.parse(text.ranges);
  const number = field("card_number");
  const brand = field("brand");
  const brandBox = form.querySelector("[data-brand]");
  const brandName = document.createElement("span");
  brandName.className = "card-brand";
  brandName.id = "card-brand";
  number.after(brandName);

  const digitsOf = (value) => value.replace(/[\s.\-]/g, "");

  function rangeOf(digits) {
    if (digits.length < 6) return null;
    const bin = Number(digits.slice(0, 6));
    return ranges.find((range) => range.first <= bin && bin <= range.last) || null;
  }

  function checkDigit(digits) {
    let total = 0;
    for (let place = 0; place < digits.length; place += 1) {
      const value = Number(digits[digits.length - 1 - place]) * (1 + (place % 2));
      total += value > 9 ? value - 9 : value;
    }
    return total % 10 === 0;
  }

  function showBrands() {
    const range = rangeOf(digitsOf(number.value));
    const brands = range ? range.brands : [];
    brandName.textContent = brands.join(" / ");
    brandBox.hidden = brands.length < 2;
    if (brands.length < 2) {
      brand.value = "";
      return;
    }
    const usual = brands.includes(text.defaultBrand) ? text.defaultBrand : brands[0];
    const wanted = brands.includes(brand.value) ? brand.value : "";
    brand.replaceChildren(
      new Option(`${usual} (${text.textUsual})`, ""),
      ...brands.filter((name) => name !== usual).map((name) => new Option(name, name)),
    );
    brand.value = wanted;
  }

  function group() {
    const digits = digitsOf(number.value);
    if (!/^[0-9]*$/.test(digits) || number.selectionStart !== number.value.length) return;
    const parts = /^3[47]/.test(digits) ? [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10)] : digits.match(/.{1,4}/g) || [];
    number.value = parts.filter(Boolean).join(" ");
  }

  number.addEventListener("input", () => {
    group();
    showBrands();
    if (number.hasAttribute("aria-invalid")) tell("card_number", "");
  });
  number.addEventListener("blur", () => {
    const digits = digitsOf(number.value);
    const range = rangeOf(digits);
    if (range && range.lengths.includes(digits.length) && !checkDigit(digits)) tell("card_number", text.textNumber);
  });

  function forgetCard() {
    for (const name of SECRET) field(name).value = "";
    brand.value = "";
    showBrands();
  }

  // --- errors beside their fields -----------------------------------------------------------------------------------
  function boxOf(name) {
    const control = field(name);
    if (!control) return null;
    const one = control instanceof Element ? control : document.getElementById(name);
    return one.closest(".field");
  }

  function tell(name, message) {
    const box = boxOf(name);
    if (!box) return false;
    const control = box.matches("fieldset") ? box : box.querySelector(".control");
    const id = `${name}-error`;
    let line = document.getElementById(id);
    const others = (control.getAttribute("aria-describedby") || "").split(" ").filter((each) => each && each !== id);
    box.classList.toggle("wrong", Boolean(message));
    if (!message) {
      if (line) line.remove();
      control.removeAttribute("aria-invalid");
    } else {
      if (!line) {
        line = document.createElement("p");
        line.className = "error";
        line.id = id;
        const row = box.querySelector(".control-row, textarea, select, .choice-list");
        row.before(line);
      }
      line.textContent = message;
      control.setAttribute("aria-invalid", "true");
      others.push(id);
      const more = control.closest("details");
      if (more) more.open = true;
    }
    if (others.length) control.setAttribute("aria-describedby", others.join(" "));
    else control.removeAttribute("aria-describedby");
    return true;
  }

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
      number.focus();
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
  window.addEventListener("pagehide", forgetCard);
  showBrands();
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
