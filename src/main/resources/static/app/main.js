import { html } from './lib.js';
import { get } from './api.js';
import { start, state, toast, update } from './state.js';
import { explain, loadConversations, openChat, openShared, startNewChat, stop } from './chats.js';
import { chatSidebar, closeDrawer, setLanguage, shell, showShortcuts } from './shell.js';
import { chatView } from './chat.js';
import { closeSource } from './sources.js';

/** Parts of the page that are loaded when they are wanted. */
const parts = {};

async function part(name, load) {
  try {
    parts[name] ??= await load();
  } catch (error) {
    toast(explain(error), 'bad');
  }
  return parts[name];
}

async function route() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/').map(decodeURIComponent);
  const values = Object.fromEntries(new URLSearchParams(query));
  const before = state.route;
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
  state.drawerOpen = false;
  if (name === 'd') {
    state.route = { name: 'document', id: rest[0], values };
    (await part('viewer', () => import('./viewer.js')))?.openDocument(rest[0], values);
  } else if (name === 'admin') {
    state.route = { name: 'admin', page: rest[0] ?? 'documents', id: rest[1] ?? null, values };
    (await part('admin', () => import('./admin/admin.js')))?.openPage(state.route);
  } else if (name === 'shared') {
    state.route = { name: 'chat', id: null };
    await openShared(rest[0]);
  } else if (name === 'c') {
    state.route = { name: 'chat', id: rest[0] };
    if (state.chat?.id !== rest[0]) await openChat(rest[0]);
  } else {
    state.route = { name: 'chat', id: null };
    // Back from a document or the administration the conversation stands as it was left.
    const isBack = before.name !== 'chat' && state.chat && !state.chat.id;
    if (!isBack) startNewChat(!state.chat);
  }
  update();
}

function view() {
  switch (state.route.name) {
    case 'document': return shell(chatSidebar(), parts.viewer?.viewerView() ?? html`<main></main>`);
    case 'admin': return shell(parts.admin?.adminSidebar() ?? '', parts.admin?.adminView() ?? html`<main></main>`);
    default: return shell(chatSidebar(), chatView());
  }
}

function onKey(event) {
  if (document.querySelector('dialog[open]')) return;
  const isTyping = event.target.closest?.('input, textarea, select, [contenteditable]');
  const command = event.ctrlKey || event.metaKey;
  const take = action => {
    event.preventDefault();
    action();
  };
  if (event.key === 'Escape') {
    const menu = document.querySelector('details.menu[open]');
    if (menu) {
      menu.open = false;
      menu.querySelector('summary').focus();
    } else if (state.drawerOpen) closeDrawer();
    else if (state.chat?.abort) stop(state.chat);
    else if (state.panel) closeSource();
  } else if (command && event.key.toLowerCase() === 'k') {
    take(() => {
      state.drawerOpen = matchMedia('(max-width: 56rem)').matches;
      update();
      setTimeout(() => document.getElementById('conversation-search')?.focus(), 50);
    });
  } else if (command && event.shiftKey && event.key.toLowerCase() === 'o') {
    take(() => {
      location.hash = '#/';
      startNewChat();
    });
  } else if (!isTyping && !command && event.key === '/') {
    take(() => document.getElementById('question')?.focus());
  } else if (!isTyping && !command && event.key === '?') {
    take(showShortcuts);
  }
}

// One menu is open at a time, and a click elsewhere or on an entry closes it.
document.addEventListener('click', event => {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target) || event.target.closest('.menu-items')) menu.open = false;
  }
});
document.addEventListener('keydown', onKey);
window.addEventListener('hashchange', route);
window.addEventListener('online', update);

setLanguage(state.language);
start(view);

const load = async (path, use) => {
  try {
    use(await get(path));
    update();
  } catch (error) {
    if (error.status === 401) location.href = '/login.html';
    else if (error.status !== 404) toast(explain(error), 'bad');
  }
};

// A link to the page itself begins a conversation even when the page is there already.
document.addEventListener('click', event => {
  const link = event.target.closest('a[href="#/"]');
  if (link && location.hash.replace(/^#\/?/, '') === '' && state.route.name === 'chat') startNewChat();
});

await Promise.all([
  route(),
  load('/api/assistants', found => { state.assistants = found; }),
  load('/api/status', found => { state.status = found; }),
  load('/api/choices', found => { state.choices = found; }),
  load('/api/me', found => {
    state.me = found;
    if (found.signedIn === false) location.href = '/login.html';
  }),
  loadConversations(),
]);
document.documentElement.dataset.ready = 'true';
