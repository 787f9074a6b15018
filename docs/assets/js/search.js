// The site's search sleeps until the first key. Then it fetches the index and the theme's worker,
// which searches: this one, started in its place, leaves out of what it is asked the words that say
// nothing ("not" would find every "notation"), and sorts what it finds.

const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3]; // the theme's kinds of messages
const THEMES = new URL(`../javascripts/workers/${location.search.slice(1)}`, location).href;
const INDEX = new URL("../../search/search_index.json", location).href;
const BETWEEN = /[\s,:;!?()[\]"“”=/*~^–]+/; // among them the marks that lunr takes for orders
// The name of a matrix, a sign: in a pasted message, and on every page.
const SYMBOL = /^([a-z]ᵀ?|[^\p{L}\p{N}]*)$/iu;

const post = self.postMessage.bind(self);
let awake; // a promise, after the first key
let latest;
let passing = false;

/** The words that are kept, or all where none is. */
function narrowed(words, isKept) {
  const kept = words.filter(isKept);
  return kept.length ? kept : words;
}

/** What a query asks for; of one that has nothing but small words or symbols, all of them. */
function meant(query) {
  const words = query.split(BETWEEN).map((word) => word.replace(/^[+-]+/, ""));
  const isTelling = (word) => self.lunr.stopWordFilter(word.toLowerCase());
  return narrowed(narrowed(words, isTelling), (word) => !SYMBOL.test(word)).join(" ");
}

/** What has more of the words comes first: a pasted message finds where it is explained. */
function ranked(groups) {
  for (const entry of groups.flat()) {
    const found = Object.values(entry.terms);
    entry.score *= (found.filter(Boolean).length / (found.length || 1)) ** 3;
  }
  for (const group of groups) group.sort((a, b) => b.score - a.score);
  return groups.sort(([a], [b]) => b.score - a.score);
}

function pass(data) {
  passing = true;
  self.dispatchEvent(new MessageEvent("message", { data }));
  passing = false;
}

async function wake() {
  const answer = await fetch(INDEX);
  if (!answer.ok) throw new Error(`${INDEX}: ${answer.status}`);
  const { config, docs } = await answer.json();
  importScripts(THEMES);
  await new Promise((ready) => {
    self.postMessage = ({ type, data }) => {
      if (type === READY) ready();
      if (type === RESULT) post({ type, data: { items: ranked(data.items) } });
    };
    pass({ type: SETUP, data: { config, docs, options: {} } });
  });
}

/** Answer the latest question only: others are typed over while the index arrives. */
async function search(query) {
  latest = query;
  try {
    await (awake ??= wake());
  } catch (error) {
    awake = undefined; // the next key tries again
    console.error("The search has no index:", error);
    return;
  }
  if (query === latest) pass({ type: QUERY, data: meant(query) });
}

self.addEventListener("message", (event) => {
  if (passing) return;
  event.stopImmediatePropagation();
  const { type, data } = event.data;
  if (type === QUERY && (awake || data.trim())) search(data);
});

post({ type: READY });
