"use strict";
// Without this script everything can be read; with it the claims are filtered, margins have bars beside their words, and
// rows that a phone stacks stay rows.
(() => {
  const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  for (const node of document.querySelectorAll("table, thead, tbody, tr, td, th")) {
    node.setAttribute("role", roles[node.tagName] || (node.scope === "row" ? "rowheader" : "columnheader"));
  }
  // A bar is drawn from the words under it: a part's share and origin, the strain and its interval, to 1.5 margins.
  const origins = { computed: "", bounded: "b", guessed: "g", chosen: "g" };
  const put = (where, tag, style, look = "") => {
    const node = where.appendChild(document.createElement(tag));
    if (look) node.className = look;
    return Object.assign(node.style, style), node;
  };
  for (const words of document.querySelectorAll("p.m")) {
    const bar = document.createElement("div");
    bar.className = "bar";
    bar.ariaHidden = "true";
    const parts = put(bar, "div", {});
    for (const name of words.querySelectorAll("i")) {
      const about = name.nextSibling.data;
      name.className = origins[/, (\w+)\)[;.]/.exec(about)?.[1]] ?? "u";
      put(parts, "i", { width: `${parseFloat(about)}%` }, name.className);
    }
    const [, strain, reach] = (/ is (\S+) of the margin, ± (\S+)\. /.exec(words.textContent) || []).map(Number);
    if (Number.isFinite(strain + reach)) {
      const at = (margins) => 100 * Math.min(Math.max(margins, 0), 1.5) / 1.5;
      const low = at(strain - reach);
      put(bar, "s", { left: `${low}%`, width: `${at(strain + reach) - low}%` });
      put(bar, "u", { left: `${at(strain)}%` });
    }
    words.before(bar);
  }
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((node) => { node.open = true; }));

  const form = document.getElementById("filter");
  if (!form) return;
  const field = document.getElementById("search");
  const count = document.getElementById("count");
  const claims = [...document.querySelectorAll("li[data-claim]")];
  const shown = () => claims.filter((claim) => !claim.hidden).map((claim) => claim.querySelector("a"));
  const apply = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = new Set([...form.querySelectorAll("[name=verdict]:checked")].map((box) => box.value));
    const open = form.elements.open.checked;
    const left = new Set();
    for (const claim of claims) {
      const text = claim.textContent.toLowerCase();
      const asked = kept.has(claim.dataset.verdict) && (!open || "open" in claim.dataset);
      claim.hidden = !asked || !words.every((word) => text.includes(word));
      if (!claim.hidden) left.add(claim.dataset.claim);
    }
    for (const link of document.querySelectorAll(".matrix a")) link.hidden = !left.has(link.dataset.claim);
    count.textContent = `${left.size} of ${claims.length} claims`;
  };
  const move = (step) => {
    const links = shown();
    const at = links.indexOf(document.activeElement) + step;
    if (at < 0) field.focus();
    else if (at < links.length) links[at].focus();
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => { event.preventDefault(); const [first] = shown(); if (first) first.click(); });
  addEventListener("keydown", (event) => {
    const writing = document.activeElement === field;
    const inside = writing || document.activeElement.closest("li[data-claim]");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !writing) { event.preventDefault(); field.focus(); field.select(); }
    else if (event.key === "ArrowDown" && inside) { event.preventDefault(); move(1); }
    else if (event.key === "ArrowUp" && inside && !writing) { event.preventDefault(); move(-1); }
    else if (event.key === "Escape" && inside) { form.reset(); apply(); field.focus(); }
  });
  apply(); // a browser may have kept what was typed before
})();
