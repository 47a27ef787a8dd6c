"use strict";
// Without scripts the page is whole; with them it can be searched.
const box = document.getElementById("search");
const sections = [...document.querySelectorAll("main section[id]")];
const entries = [...document.querySelectorAll("nav li")];
box.hidden = false;
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = new Set();
  for (const section of sections) {
    const text = section.textContent.toLowerCase();
    section.hidden = !words.every((word) => text.includes(word));
    if (!section.hidden) shown.add("#" + section.id);
  }
  for (const entry of entries) {
    entry.hidden = !shown.has(entry.firstElementChild.getAttribute("href"));
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) {
    event.preventDefault();
    box.focus();
  }
});
