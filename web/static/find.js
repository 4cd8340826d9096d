// Narrows the table of products while one types. Without it the form does the same on the server.
"use strict";

const field = document.getElementById("q");
const rows = [...document.querySelectorAll("tr[data-search]")];
const count = document.getElementById("count");
const nothing = document.getElementById("nothing");

function matches(row, words) {
  return words.every((word) => row.dataset.search.includes(word));
}

function narrow() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !matches(row, words);
    shown += row.hidden ? 0 : 1;
  }
  count.textContent = `${shown} of ${count.dataset.total} products`;
  nothing.hidden = shown > 0;
}

// Enter opens the product where only one is left.
function open(event) {
  const left = rows.filter((row) => !row.hidden);
  if (event.key === "Enter" && field.value.trim() && left.length === 1) {
    event.preventDefault();
    left[0].querySelector("a").click();
  }
}

field.addEventListener("input", narrow);
field.addEventListener("keydown", open);
if (field.value) narrow();
