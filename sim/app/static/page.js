// What the form does by itself: steppers, and the words beside sliders. All else is the server's.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const step = event.target.closest?.(".stepper button");
    if (!step) return;
    const input = step.parentElement.querySelector("input");
    const value = Math.min(Number(input.max), Math.max(Number(input.min), Number(input.value) + Number(step.dataset.by)));
    if (String(value) === input.value) return;
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("input", (event) => {
    const control = event.target;
    if (control.type === "range" && control.dataset.unit !== undefined) {
      const text = `${control.value}\u00a0${control.dataset.unit}`;
      control.setAttribute("aria-valuetext", text);
      control.parentElement.querySelector("output").textContent = text;
    }
    // At once: what the server sends until it has heard of this is of the settings before.
    if (control.closest?.(".form") && control.value !== "") {
      for (const part of document.querySelectorAll(".answered")) part.classList.add("stale");
    }
    // Controls that mean something only with this value of another.
    for (const one of document.querySelectorAll(".control[data-needs]")) {
      if (one.dataset.needs === control.name) one.hidden = !one.dataset.wanted.split(" ").includes(control.value);
    }
    control.closest?.(".control")?.classList.toggle("moved", control.value !== control.dataset.today);
  });
  // Where the answer is in sight, its short form is not needed.
  const watch = new IntersectionObserver((seen) => document.body.classList.toggle("seen", seen.some((one) => one.isIntersecting)),
    { threshold: 0.4 });
  const find = () => {
    const cards = document.querySelector(".cards");
    if (cards) watch.observe(cards); else setTimeout(find, 100);
  };
  find();
})();
// What may be pressed stays under the pointer: where something above it grows, the page is moved by as much. An observer
// of changes runs before the browser hands on the next press, so that a quick hand presses what it saw. A finger is seen
// only once it presses: until then that stays which was pressed last, as an answer to it comes below it, and where this is
// out of sight, what is nearest to the middle of the window. The bar at the foot of the window waits while the pointer is
// on something that it would cover.
(() => {
  "use strict";
  const kinds = "a, button, summary, label, select, input";
  let pointer = null, aimed = null, pressed = null, top = 0, touch = matchMedia("(hover: none)").matches;
  const box = (one) => one.getBoundingClientRect();
  const seen = (one) => one.isConnected && box(one).height > 0 && box(one).bottom > 0 && box(one).top < innerHeight;
  const awaited = () => {
    if (pressed && seen(pressed)) return pressed;
    const off = (one) => Math.abs(box(one).top + box(one).bottom - innerHeight);
    return [...document.querySelectorAll(`.columns :is(${kinds})`)].filter(seen)
      .reduce((best, one) => (best && off(best) <= off(one) ? best : one), null);
  };
  const hold = () => {
    const bar = document.querySelector(".glance");
    const under = pointer && aimed && bar && !bar.contains(aimed) && pointer.clientY > box(bar).top;
    document.body.classList.toggle("held", Boolean(under));
  };
  const aim = () => {
    aimed = pointer ? document.elementFromPoint(pointer.clientX, pointer.clientY)?.closest(kinds) : touch ? awaited() : null;
    if (aimed) top = box(aimed).top;
    hold();
  };
  const keep = () => {
    if (aimed?.isConnected && box(aimed).height > 0 && box(aimed).top !== top) window.scrollBy(0, box(aimed).top - top);
    hold();  // before looking what is under the pointer, which the bar would be
    aim();
  };
  for (const kind of ["pointermove", "pointerdown"]) {
    document.addEventListener(kind, (event) => {
      pointer = event;
      touch = event.pointerType === "touch";
      aim();
      if (kind === "pointerdown") pressed = aimed;
    }, true);
  }
  const lift = () => { pointer = null; aim(); };
  document.addEventListener("scroll", aim, true);
  document.documentElement.addEventListener("pointerleave", lift);
  document.addEventListener("pointercancel", lift, true);
  new MutationObserver(keep).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
})();
