import { guard, html, nothing } from './lib.js';
import { answerElement } from './markdown.js';
import { icon } from './icons.js';
import { number, seconds, t } from './texts.js';
import { state, toast, update } from './state.js';
import { ask } from './chats.js';
import { rate } from './feedback.js';
import { openSource } from './sources.js';

/** One question and its answer. */
export const turnView = (chat, turn, isLast) => html`
  <article class="turn" data-ordinal=${turn.ordinal}>
    ${turn.editing ? editor(chat, turn) : question(chat, turn)}
    ${guard([turn.version, turn.state, turn.answer, turn.detailsOpen, turn.rating, state.language, chat.settings.reasoning, isLast], () => answer(chat, turn, isLast))}
  </article>`;

const question = (chat, turn) => html`
  <div class="question">
    <h2 class="sr-only">${t('you')}</h2>
    <p>${turn.question}</p>
    ${chat.shared ? nothing : html`<button class="plain icon-button quiet" type="button" aria-label=${t('edit')} title=${t('edit')}
      ?disabled=${!!chat.abort} @click=${() => {
        turn.editing = true;
        update();
      }}>${icon('edit')}</button>`}
  </div>`;

function editor(chat, turn) {
  const done = () => {
    turn.editing = false;
    update();
  };
  const submit = event => {
    event.preventDefault();
    const text = new FormData(event.target).get('question').trim();
    done();
    if (text) ask(chat, text, turn);
  };
  return html`
    <form class="question-editor" @submit=${submit} @keydown=${event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        done();
      }
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        event.currentTarget.requestSubmit();
      }
    }}>
      <textarea name="question" rows="3" maxlength="4000" required aria-label=${t('edit')} .value=${turn.question}></textarea>
      <div class="dialog-actions">
        <button type="button" @click=${done}>${t('cancel')}</button>
        <button class="primary">${t('resend')}</button>
      </div>
    </form>`;
}

function answer(chat, turn, isLast) {
  const result = turn.answer;
  return html`
    <div class="answer ${result?.refused ? 'refused' : ''}">
      <h2 class="sr-only">${t('answer')}</h2>
      ${reasoning(chat, turn)}
      ${result?.refused ? refusal(chat, turn) : text(turn)}
      ${result?.notice ? html`<p class="notice">${icon('info')}<span>${result.notice}</span></p>` : nothing}
      ${status(chat, turn)}
      ${turn.state === 'done' ? [sourceList(turn), tools(chat, turn, isLast)] : nothing}
      ${turn.detailsOpen ? details(turn) : nothing}
    </div>`;
}

function text(turn) {
  const result = turn.answer;
  const markdown = result?.answer ?? turn.text;
  if (!markdown) return nothing;
  const cited = result ? result.citations : turn.sources;
  return answerElement(markdown, {
    numbers: new Set(cited.map(c => c.n)),
    label: n => t('sourceOf', n, cited.find(c => c.n === n)?.title ?? ''),
    onCite: (n, statement) => openSource(cited, n, statement, result),
    unsupported: result?.mode === 'generated' ? result.unsupported.map(s => s.text ?? s) : [],
    unsupportedLabel: t('unsupported'),
  });
}

/** What was said instead of an answer, with the nearest documents to open. */
function refusal(chat, turn) {
  const [said, ...rest] = turn.answer.answer.split('\n\n');
  const sources = turn.answer.nearest?.length ? turn.answer.nearest : turn.sources;
  const nearest = sources.filter((s, i) => s.title && sources.findIndex(o => o.documentId === s.documentId) === i).slice(0, 3);
  return html`
    <div class="callout">
      <p class="callout-title">${icon('info')} ${t('refusedTitle')}</p>
      <p>${said}</p>
      ${nearest.length
        ? html`<p class="nearest">${t('nearest')}${t('colon').trim()}</p><ul class="chips">${nearest.map(s => html`<li>
            <button type="button" class="chip" @click=${() => openSource([s], s.n, '')}>${icon('document')}${s.title}</button></li>`)}</ul>`
        : rest.map(p => html`<p>${p}</p>`)}
    </div>`;
}

const reasoning = (chat, turn) => (turn.reasoning && chat.settings.reasoning
  ? html`<details class="reasoning"><summary>${icon('chevron')}${t('reasoning')}</summary><p>${turn.reasoning}</p>
      <p class="hint">${t('reasoningHint')}</p></details>`
  : nothing);

function statusText(turn) {
  switch (turn.state) {
    case 'queued': return t('queued', turn.queued);
    case 'reading': return turn.done < turn.total ? t('reading', number(turn.done), number(turn.total)) : t('thinking');
    case 'thinking': return t('thinking');
    case 'writing': {
      const elapsed = (performance.now() - turn.firstTokenAt) / 1000;
      return t('writing', turn.tokens > 4 && elapsed > 0.2 ? number((turn.tokens - 1) / elapsed) : 0);
    }
    case 'searching': return t('searching');
    default: return '';
  }
}

function status(chat, turn) {
  if (turn.state === 'done') return nothing;
  if (turn.state === 'stopped' || turn.state === 'failed') {
    return html`
      <div class="problem" role="alert">
        ${icon(turn.state === 'failed' ? 'warning' : 'stop')}
        <span>${turn.state === 'failed' ? html`<strong>${t('failed')}.</strong> ${turn.error}` : t('stopped')}</span>
        <button type="button" @click=${() => ask(chat, turn.question, turn)}>${t('retry')}</button>
      </div>`;
  }
  const share = turn.state === 'reading' && turn.total ? turn.done / turn.total : null;
  return html`
    <p class="status" role="status">
      <span class="pulse" aria-hidden="true"></span>${statusText(turn)}
      ${share === null ? nothing : html`<progress max="1" .value=${share} aria-hidden="true"></progress>`}
    </p>`;
}

/** The cited documents, so that they can be seen without a click. */
const sourceList = turn => (turn.answer.refused || !turn.answer.citations.length ? nothing : html`
  <ul class="chips source-chips" aria-label=${t('sources')}>${turn.answer.citations.map(c => html`<li>
    <button type="button" class="chip" @click=${() => openSource(turn.answer.citations, c.n, turn.answer.answer, turn.answer)}>
      <span class="chip-n">${c.n}</span>${c.title}</button></li>`)}</ul>`);

const tool = (name, label, onClick, pressed) => html`
  <button type="button" class="plain icon-button" aria-label=${label} title=${label} aria-pressed=${pressed ?? nothing}
    @click=${onClick}>${icon(name)}</button>`;

function tools(chat, turn, isLast) {
  const copy = async () => {
    const copied = await copyText(turn.answer.answer);
    if (copied) toast(t('copied'));
  };
  return html`
    <div class="tools">
      ${tool('copy', t('copy'), copy)}
      ${chat.shared || !isLast ? nothing : tool('again', t('regenerate'), () => ask(chat, turn.question, turn))}
      ${chat.shared ? nothing : html`
        ${tool('up', t('good'), () => rate(chat, turn, 1), turn.rating > 0)}
        ${tool('down', t('bad'), () => rate(chat, turn, -1), turn.rating < 0)}`}
      ${tool('info', t('details'), () => {
        turn.detailsOpen = !turn.detailsOpen;
        update();
      }, turn.detailsOpen)}
    </div>`;
}

/** Browsers let only secure pages use the clipboard; on plain HTTP the old way is left. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'sr-only';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

function details(turn) {
  const a = turn.answer;
  const writing = a.timings.totalMs - a.timings.firstTokenMs;
  const row = (name, value) => html`<dt>${name}</dt><dd>${value}</dd>`;
  return html`
    <dl class="details">
      ${row(t('searchedFor'), a.searchedFor)}
      ${row(t('retrievalTime'), seconds(a.timings.retrievalMs))}
      ${row(t('firstToken'), seconds(a.timings.firstTokenMs))}
      ${row(t('totalTime'), seconds(a.timings.totalMs))}
      ${a.usage.prompt_tokens ? row(t('tokensRead'), html`${number(a.usage.prompt_tokens)} (${number(a.usage.cached_tokens)} ${t('fromCache')})`) : nothing}
      ${a.usage.completion_tokens ? row(t('tokensWritten'), number(a.usage.completion_tokens)) : nothing}
      ${a.usage.completion_tokens > 1 && writing > 0 ? row(t('rate'), t('tokensPerSecond', number((a.usage.completion_tokens - 1) / writing * 1000))) : nothing}
      ${row(t('answer'), a.mode === 'generated' ? t('generated') : t('extractive'))}
    </dl>`;
}
