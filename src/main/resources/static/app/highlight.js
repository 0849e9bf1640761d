/** Text without what may differ between a source and how it is shown: blanks, case, Markdown. */
function folded(text) {
  let out = '';
  const places = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (/[\s*_`|#>\u00ad\u200b]/.test(c)) continue;
    out += c.toLowerCase();
    places.push(i);
  }
  return { out, places };
}

/**
 * Wraps the first occurrence of a text below a node, across elements.
 *
 * @param wrap makes the element around each piece
 * @returns the elements, none if the text does not occur
 */
export function markText(root, text, wrap) {
  const needle = folded(text).out;
  if (!needle) return [];
  const nodes = [];
  let all = '';
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest('[data-unmarked]')) continue;
    nodes.push({ node, start: all.length });
    all += node.data;
  }
  const hay = folded(all);
  const at = hay.out.indexOf(needle);
  if (at < 0) return [];
  const from = hay.places[at];
  const to = hay.places[at + needle.length - 1] + 1;
  const marks = [];
  for (const { node, start } of nodes) {
    const length = node.data.length;
    const a = Math.max(0, from - start);
    const b = Math.min(length, to - start);
    if (a >= b) continue;
    let piece = node;
    if (a > 0) piece = piece.splitText(a);
    if (b - a < piece.data.length) piece.splitText(b - a);
    if (!piece.data.trim()) continue;
    const mark = wrap();
    piece.replaceWith(mark);
    mark.append(piece);
    marks.push(mark);
  }
  return marks;
}

function words(text) {
  const found = text.toLowerCase().match(/[\p{Script=Han}]|[\p{L}\p{N}]+/gu) ?? [];
  const pairs = [];
  for (let i = 0; i < found.length; i++) {
    const isHan = /\p{Script=Han}/u.test(found[i]);
    if (!isHan) pairs.push(found[i]);
    else if (found[i + 1] && /\p{Script=Han}/u.test(found[i + 1])) pairs.push(found[i] + found[i + 1]);
  }
  return new Set(pairs);
}

export function sentences(text) {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
  return text.split('\n').flatMap(line => [...segmenter.segment(line)].map(s => s.segment.trim())).filter(Boolean);
}

/** The sentence of a passage that has most in common with what an answer says, or null. */
export function closestSentence(passage, statement) {
  const wanted = words(statement);
  let best = null;
  let bestScore = 0.34;
  for (const sentence of sentences(passage)) {
    const own = words(sentence);
    if (!own.size) continue;
    let shared = 0;
    for (const word of wanted) if (own.has(word)) shared++;
    const score = shared / Math.max(1, Math.min(wanted.size, own.size)) - own.size / 10000;
    if (score > bestScore && shared > 1) {
      best = sentence;
      bestScore = score;
    }
  }
  return best;
}
