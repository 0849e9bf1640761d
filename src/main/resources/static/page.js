import { marked } from '/webjars/marked/17.0.1/lib/marked.esm.js';
import DOMPurify from '/webjars/dompurify/3.3.3/dist/purify.es.mjs';
import { readEvents } from './events.js';
import { texts } from './texts.js';

const $ = id => document.getElementById(id);
let language = localStorage.getItem('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
let assistants = [];
let conversationId = null;
let running = null;
const t = () => texts[language];

function element(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

/** Markdown, cleaned, with each [n] as a button that shows its source. */
function render(target, markdown) {
  target.innerHTML = DOMPurify.sanitize(marked.parse(markdown), { FORBID_TAGS: ['img', 'style', 'form'] });
  const walker = document.createTreeWalker(target, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) if (/\[\d+\]/.test(walker.currentNode.data)) found.push(walker.currentNode);
  for (const node of found) {
    const parts = node.data.split(/(\[\d+\])/).map(part => {
      const n = /^\[(\d+)\]$/.exec(part)?.[1];
      if (!n) return document.createTextNode(part);
      const button = element('button', 'cite', part);
      button.type = 'button';
      button.addEventListener('click', () => showSource(n));
      return button;
    });
    node.replaceWith(...parts);
  }
}

function showSource(n) {
  for (const item of $('sources').children) item.classList.toggle('current', item.dataset.n === String(n));
  $('sources').querySelector('.current')?.scrollIntoView({ block: 'nearest' });
}

function showSources(sources) {
  $('sources').replaceChildren(...sources.map(source => {
    const item = element('li');
    item.dataset.n = source.n;
    item.append(element('strong', '', `[${source.n}] ${source.title}`));
    const place = [source.section, source.page ? `${t().page} ${source.page}` : '', `${t().revision} ${source.revision}`];
    item.append(element('div', 'state', place.filter(Boolean).join(' · ')), element('p', '', source.quote));
    const link = element('a', '', t().open);
    link.href = `/api/documents/${source.documentId}/content${source.page ? `#page=${source.page}` : ''}`;
    link.target = '_blank';
    item.append(link);
    return item;
  }));
}

function showTurn(question) {
  const block = element('article');
  block.append(element('p', 'question', question));
  const answer = element('div', 'answer');
  const state = element('p', 'state');
  block.append(answer, state);
  $('turns').append(block);
  $('examples').hidden = true;
  return { answer, state };
}

function showResult(turn, result) {
  render(turn.answer, result.answer);
  turn.answer.classList.toggle('refused', result.refused);
  turn.state.replaceChildren();
  if (result.notice) turn.state.append(element('span', 'unsupported', result.notice));
  if (result.mode === 'generated' && result.unsupported.length) {
    turn.state.append(element('span', 'unsupported', `${t().unsupported} ${result.unsupported.join(' ')}`));
  }
  if (!result.refused) showSources(result.citations);
}

async function problem(response) {
  const body = await response.json().catch(() => ({}));
  return new Error(body.detail ?? `${response.status}`);
}

async function ask(question) {
  const turn = showTurn(question);
  turn.state.textContent = t().searching;
  running = new AbortController();
  $('stop').hidden = false;
  $('send').disabled = true;
  let text = '';
  try {
    const response = await fetch('/api/ask', {
      method: 'POST',
      signal: running.signal,
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
      body: JSON.stringify({ question, conversationId, assistant: $('assistant').value }),
    });
    if (!response.ok) throw await problem(response);
    await readEvents(response, {
      sources: showSources,
      progress: p => { turn.state.textContent = p.queued ? t().queued(p.queued) : t().reading(p.done, p.total); },
      token: p => { text += p.text; render(turn.answer, text); },
      done: result => { conversationId = result.conversationId; showResult(turn, result); },
      error: p => { throw new Error(p.detail); },
    });
  } catch (error) {
    turn.state.textContent = error.name === 'AbortError' ? t().stopped : `${t().failed}: ${error.message} `;
    const retry = element('button', '', t().retry);
    retry.type = 'button';
    retry.addEventListener('click', () => { retry.remove(); ask(question); });
    turn.state.append(retry);
  } finally {
    running = null;
    $('stop').hidden = true;
    $('send').disabled = false;
    loadConversations();
  }
}

async function loadConversations() {
  const list = await (await fetch('/api/conversations')).json();
  $('conversations').replaceChildren(...list.map(conversation => {
    const row = element('li', 'row');
    const open = element('button', '', conversation.title);
    open.type = 'button';
    open.addEventListener('click', () => openConversation(conversation.id));
    const remove = element('button', '', '×');
    remove.type = 'button';
    remove.setAttribute('aria-label', `${t().remove}: ${conversation.title}`);
    remove.addEventListener('click', async () => {
      await fetch(`/api/conversations/${conversation.id}`, { method: 'DELETE' });
      if (conversationId === conversation.id) newConversation();
      loadConversations();
    });
    row.append(open, remove);
    return row;
  }));
}

async function openConversation(id) {
  const conversation = await (await fetch(`/api/conversations/${id}`)).json();
  newConversation();
  conversationId = id;
  $('assistant').value = conversation.assistant;
  for (const turn of conversation.turns) showResult(showTurn(turn.question), turn.answer);
}

function newConversation() {
  running?.abort();
  conversationId = null;
  $('turns').replaceChildren();
  $('sources').replaceChildren();
  $('examples').hidden = false;
  $('question').focus();
}

async function loadDocuments() {
  const list = await (await fetch('/api/documents')).json();
  $('documents').replaceChildren(...list.slice(0, 30).map(doc => {
    const row = element('li', 'row');
    const link = element('a', '', doc.title);
    link.href = `/api/documents/${doc.id}/content`;
    link.target = '_blank';
    link.title = doc.reason ?? doc.externalId;
    row.append(link);
    if (doc.state !== 'SEARCHABLE') row.append(element('span', 'state', doc.state));
    return row;
  }));
  if (list.some(doc => ['RECEIVED', 'PARSING', 'EMBEDDING', 'INDEXING'].includes(doc.state))) setTimeout(loadDocuments, 2000);
}

async function upload(files) {
  const body = new FormData();
  for (const file of files) body.append('file', file);
  const response = await fetch('/api/documents', { method: 'POST', body });
  if (!response.ok) {
    $('notice').textContent = (await problem(response)).message;
    $('notice').hidden = false;
  }
  $('files').value = '';
  loadDocuments();
}

function translate() {
  document.documentElement.lang = language;
  for (const e of document.querySelectorAll('[data-text]')) e.textContent = t()[e.dataset.text];
  $('question').placeholder = t().placeholder;
  $('language').textContent = t().other;
  $('language').lang = language === 'en' ? 'zh' : 'en';
  const chosen = $('assistant').value;
  $('assistant').replaceChildren(...assistants.map(a => new Option(a.title[language] ?? a.title.en, a.id)));
  if (chosen) $('assistant').value = chosen;
  showExamples();
}

function showExamples() {
  const assistant = assistants.find(a => a.id === $('assistant').value);
  $('examples').replaceChildren(...(assistant?.examples[language] ?? []).map(example => {
    const button = element('button', '', example);
    button.type = 'button';
    button.addEventListener('click', () => ask(example));
    return button;
  }));
}

$('ask').addEventListener('submit', event => {
  event.preventDefault();
  const question = $('question').value.trim();
  if (!question || running) return;
  $('question').value = '';
  ask(question);
});
$('question').addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $('ask').requestSubmit();
  }
});
$('stop').addEventListener('click', () => running?.abort());
$('new').addEventListener('click', newConversation);
$('assistant').addEventListener('change', showExamples);
$('language').addEventListener('click', () => {
  language = language === 'en' ? 'zh' : 'en';
  localStorage.setItem('language', language);
  translate();
});
$('files').addEventListener('change', () => upload($('files').files));
for (const name of ['dragover', 'dragleave', 'drop']) {
  $('drop').addEventListener(name, event => {
    event.preventDefault();
    $('drop').classList.toggle('over', name === 'dragover');
    if (name === 'drop') upload(event.dataTransfer.files);
  });
}

assistants = await (await fetch('/api/assistants')).json();
translate();
const status = await (await fetch('/api/status')).json();
if (status.mode === 'extractive') {
  $('notice').textContent = status.model;
  $('notice').hidden = false;
}
loadConversations();
loadDocuments();
