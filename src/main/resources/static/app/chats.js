import { get, patch, post, remove, send } from './api.js';
import { readEvents } from './events.js';
import { afterUpdate, state, toast, update } from './state.js';
import { t } from './texts.js';

/** Conversations that are being answered, so that one may be left and come back to. */
const running = new Set();

const LENGTHS = { short: 96, medium: 256, long: 768 };

export const defaultSettings = () => ({
  assistant: localStorage.getItem('assistant') ?? 'default',
  collections: [],
  instructions: '',
  temperature: null,
  topP: null,
  length: 'default',
  effort: 'default',
  reasoning: false,
  adapter: '',
});

const newChat = () => ({ id: null, title: '', turns: [], settings: defaultSettings(), shared: false, draft: '' });

const turnOf = (question, ordinal) => ({
  question, ordinal, answer: null, text: '', reasoning: '', sources: [], state: 'searching', error: null,
  version: 0, tokens: 0, firstTokenAt: 0, queued: 0, done: 0, total: 0, detailsOpen: false, editing: false, rating: 0,
});

/** Settings that were chosen before the first question, so that a reload does not lose them. */
const DRAFT = 'settings-of-new-conversation';

export function startNewChat(isReload = false) {
  if (!isReload) sessionStorage.removeItem(DRAFT);
  state.chat = newChat();
  Object.assign(state.chat.settings, JSON.parse(sessionStorage.getItem(DRAFT) ?? '{}'));
  state.panel = null;
  update();
}

export async function openChat(id) {
  const live = [...running].find(chat => chat.id === id);
  state.panel = null;
  if (live) {
    state.chat = live;
    update();
    return;
  }
  try {
    const full = await get(`/api/conversations/${id}`);
    state.chat = fromStored(full);
    afterUpdate(() => scrollToEnd('instant'));
  } catch (error) {
    toast(error.status === 404 ? t('unknownConversation') : explain(error), 'bad');
    location.hash = '#/';
  }
}

export async function openShared(token) {
  try {
    state.chat = { ...fromStored(await get(`/api/shared/${encodeURIComponent(token)}`)), shared: true };
  } catch (error) {
    toast(error.status === 404 ? t('unknownConversation') : explain(error), 'bad');
    location.hash = '#/';
  }
  update();
}

function fromStored(full) {
  const chat = newChat();
  chat.id = full.id;
  chat.title = full.title;
  chat.settings = { ...chat.settings, ...full.settings, assistant: full.assistant };
  chat.turns = full.turns.map((turn, i) => ({
    ...turnOf(turn.question, turn.ordinal ?? i), answer: turn.answer, state: 'done', rating: { up: 1, down: -1 }[turn.thumb] ?? 0,
  }));
  return chat;
}

export async function loadConversations() {
  const q = state.conversationSearch.trim();
  try {
    const found = await get(`/api/conversations${q ? `?q=${encodeURIComponent(q)}` : ''}`);
    if (q === state.conversationSearch.trim()) state.conversations = found;
  } catch (error) {
    toast(explain(error), 'bad');
  }
  update();
}

/** An error in words for people. */
export function explain(error) {
  if (error.status === 429) return t('busy', error.retryAfter);
  if (error instanceof TypeError || error.status === 0) return t('offline');
  return error.message;
}

function body(chat, question, replaces) {
  const s = chat.settings;
  return {
    question,
    conversationId: chat.id,
    assistant: s.assistant,
    collections: s.collections.length ? s.collections : undefined,
    instructions: s.instructions.trim() || undefined,
    temperature: s.temperature ?? undefined,
    topP: s.topP ?? undefined,
    maxTokens: LENGTHS[s.length],
    reasoningEffort: s.effort === 'default' ? undefined : s.effort,
    reasoning: s.reasoning || undefined,
    adapter: s.adapter || undefined,
    replaces,
  };
}

/**
 * Asks, and shows the answer as it comes.
 *
 * @param replaces the turn that gives way, with all after it, once the new answer is there
 */
export async function ask(chat, question, replaces = null) {
  if (chat.abort) return;
  const at = replaces ? chat.turns.indexOf(replaces) : chat.turns.length;
  const kept = chat.turns.slice(0, at);
  const storedBefore = kept.filter(turn => turn.state === 'done').length;
  const isStored = replaces?.answer && replaces.state === 'done';
  const turn = turnOf(question, storedBefore);
  chat.turns = [...kept, turn];
  chat.abort = new AbortController();
  running.add(chat);
  // A new question stands at the top, with room below for its answer.
  afterUpdate(() => scrollToEnd('smooth'));
  const started = performance.now();
  const changed = () => {
    turn.version++;
    if (state.chat === chat) {
      keepAtEnd();
      update();
    }
  };
  try {
    const response = await send('POST', '/api/ask', body(chat, question, isStored ? storedBefore : undefined), {
      signal: chat.abort.signal,
      headers: { Accept: 'text/event-stream' },
    });
    await readEvents(response, {
      sources(sources) {
        turn.sources = sources;
        changed();
      },
      progress(p) {
        turn.state = p.queued ? 'queued' : 'reading';
        Object.assign(turn, p);
        changed();
      },
      reasoning(p) {
        turn.state = 'thinking';
        turn.reasoning += p.text;
        changed();
      },
      token(p) {
        turn.state = 'writing';
        turn.text += p.text;
        turn.tokens++;
        turn.firstTokenAt ||= performance.now();
        changed();
      },
      done(result) {
        turn.answer = result;
        turn.state = 'done';
        turn.totalMs = performance.now() - started;
        const isNew = chat.id === null;
        chat.id = result.conversationId;
        if (isNew) {
          chat.title = question;
          sessionStorage.removeItem(DRAFT);
          saveSettings(chat);
          if (state.chat === chat) history.replaceState(null, '', `#/c/${chat.id}`);
          if (state.chat === chat) state.route = { name: 'chat', id: chat.id };
        }
        changed();
      },
      error(p) {
        throw Object.assign(new Error(p.detail), { told: true });
      },
    });
    if (turn.state !== 'done') throw new TypeError('the stream ended early');
  } catch (error) {
    turn.state = error.name === 'AbortError' ? 'stopped' : 'failed';
    turn.error = error.name === 'AbortError' ? null : explain(error);
    changed();
  } finally {
    chat.abort = null;
    running.delete(chat);
    update();
    loadConversations();
  }
}

export const stop = chat => chat?.abort?.abort();

/** Keeps a conversation's settings with it. */
export async function saveSettings(chat) {
  localStorage.setItem('assistant', chat.settings.assistant);
  if (chat.shared) return;
  if (!chat.id) {
    sessionStorage.setItem(DRAFT, JSON.stringify(chat.settings));
    return;
  }
  try {
    await patch(`/api/conversations/${chat.id}`, { assistant: chat.settings.assistant, settings: chat.settings });
  } catch (error) {
    toast(explain(error), 'bad');
  }
}

export async function changeConversation(id, change) {
  await patch(`/api/conversations/${id}`, change);
  if (change.title && state.chat?.id === id) state.chat.title = change.title;
  await loadConversations();
}

export async function deleteConversation(id) {
  await remove(`/api/conversations/${id}`);
  if (state.chat?.id === id) location.hash = '#/';
  await loadConversations();
}

export const shareConversation = id => post(`/api/conversations/${id}/share`);
export const unshareConversation = id => remove(`/api/conversations/${id}/share`);

const scroller = () => document.querySelector('.turns-scroll');

export function scrollToEnd(behavior) {
  const box = scroller();
  box?.scrollTo({ top: box.scrollHeight, behavior });
}

/** Follows the text while the reader is at its end; who has scrolled up is left alone. */
function keepAtEnd() {
  const box = scroller();
  if (!box || box.scrollHeight - box.scrollTop - box.clientHeight > 80) return;
  afterUpdate(() => scrollToEnd('instant'));
}

