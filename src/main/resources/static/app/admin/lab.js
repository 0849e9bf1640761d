import { html, live, nothing } from '../lib.js';
import { post } from '../api.js';
import { date, number, t, localized } from '../texts.js';
import { state, toast, update } from '../state.js';
import { explain } from '../chats.js';
import { passage } from '../sources.js';
import { promptView } from './prompt.js';

let result = null;
let isSearching = false;
const asked = { question: '', history: '', assistant: 'default', language: '', effectiveOn: '', limit: '12', collections: '' };

export async function enter() {}

async function search(event) {
  event.preventDefault();
  isSearching = true;
  update();
  const history = asked.history.split('\n').map(q => q.trim()).filter(Boolean);
  const body = {
    question: asked.question, assistant: asked.assistant, limit: Number(asked.limit) || 12,
    history: history.length ? history : undefined,
    language: asked.language || undefined, effectiveOn: asked.effectiveOn || undefined,
    collections: asked.collections ? [asked.collections] : undefined,
  };
  try {
    result = await post('/api/admin/search', body);
  } catch (error) {
    result = null;
    toast(explain(error), 'bad');
  }
  isSearching = false;
  update();
}

const set = name => event => { asked[name] = event.target.value; };
const option = (value, label, chosen) => html`<option value=${value} ?selected=${value === chosen}>${label}</option>`;

export const view = () => html`
  <form class="card lab-form" @submit=${search}>
    <label class="field"><span>${t('question')}</span><input name="question" type="text" required maxlength="4000" .value=${live(asked.question)} @input=${set('question')}></label>
    <div class="grid">
      <label class="field"><span>${t('assistant')}</span><select @change=${set('assistant')}>${state.assistants.map(a => option(a.id, localized(a.title), asked.assistant))}</select></label>
      <label class="field"><span>${t('collection')}</span><select @change=${set('collections')}>${option('', t('allCollectionsShort'), asked.collections)}${state.choices.collections.map(c => option(c.name, c.name, asked.collections))}</select></label>
      <label class="field"><span>${t('languageFilter')}</span><select @change=${set('language')}>${option('', t('anyLanguage'), asked.language)}${option('en', 'English', asked.language)}${option('zh', '中文', asked.language)}</select></label>
      <label class="field"><span>${t('effectiveOn')}</span><input type="date" .value=${live(asked.effectiveOn)} @change=${set('effectiveOn')}></label>
      <label class="field"><span>${t('resultLimit')}</span><input type="number" min="1" max="100" .value=${live(asked.limit)} @change=${set('limit')}></label>
    </div>
    <label class="field"><span>${t('history')}</span><textarea rows="2" .value=${live(asked.history)} @input=${set('history')}></textarea></label>
    <div class="dialog-actions"><button class="primary" ?disabled=${isSearching}>${t('run')}</button></div>
  </form>
  ${result ? outcome() : html`<p class="muted">${t('nothingYet')}</p>`}`;

function outcome() {
  const { question, arms, timings, filters } = result;
  const applied = [...filters.collections, ...filters.languages, ...filters.documents, filters.effectiveOn && `${t('effectiveOn')} ${date(filters.effectiveOn)}`].filter(Boolean);
  return html`
    <dl class="facts card">
      <dt>${t('searchedAs')}</dt><dd>${question.searched} <span class="badge">${question.rewritten ? t('rewritten') : t('asAsked')}</span> <span class="muted small">${t('searchReasons')[question.reason] ?? question.reason}</span></dd>
      <dt>${t('filtersApplied')}</dt><dd>${applied.length ? applied.join(', ') : t('none')}</dd>
      <dt>${t('words')}</dt><dd>${t('found', number(arms.words.found), number(arms.words.searchMs, 1))}</dd>
      <dt>${t('meaning')}</dt><dd>${t('found', number(arms.meaning.found), number(arms.meaning.searchMs + timings.embeddingMs, 1))}</dd>
      <dt>${t('weightOfWords')}</dt><dd>${number(arms.wordsWeight, 2)}</dd>
      <dt>${t('timings')}</dt><dd>${t('milliseconds', number(timings.totalMs, 1))}</dd>
    </dl>
    ${result.candidates.length ? candidates() : html`<p class="muted">${t('noResult')}</p>`}
    <section class="card prompt"><h2>${t('promptShown')}</h2>${promptView(result.prompt)}
      ${asked.history ? html`<p class="hint">${t('historyHint')}</p>` : nothing}</section>`;
}

const VERDICT = { chosen: 'good', superseded: 'warning', duplicate: '', no_room: 'warning', not_considered: '' };

const candidates = () => html`
  <div class="table-scroll" tabindex="0" role="region" aria-label=${t('fused')}><table class="data lab cards">
    <thead><tr><th scope="col" class="right">${t('fused')}</th><th scope="col">${t('title')}</th><th scope="col" class="right">${t('words')}</th><th scope="col" class="right">${t('meaning')}</th><th scope="col">${t('matchedTerms')}</th><th scope="col">${t('context')}</th></tr></thead>
    <tbody>${result.candidates.map(c => html`<tr>
      <td class="right" data-label=${t('fused')}><div><strong>${c.rank}</strong><span class="muted small block">${number(c.passage.score, 3)}</span></div></td>
      <td class="main-cell"><a href="#/admin/documents/${c.passage.documentId}">${c.passage.title}</a><span class="muted small block">${[c.passage.section, c.passage.page ? t('pageNumber', c.passage.page) : '', `${t('revision')} ${c.passage.revision}`].filter(Boolean).join(' · ')}</span>
        <details class="small"><summary>${c.passage.text.length > 110 ? `${c.passage.text.slice(0, 110)}…` : c.passage.text}</summary>${passage(c.passage.text, null)}</details></td>
      <td class="right" data-label=${t('words')}><div>${c.passage.keywordRank ? html`${c.passage.keywordRank}<span class="muted small block">${number(c.passage.keywordScore, 2)}</span>` : '–'}</div></td>
      <td class="right" data-label=${t('meaning')}><div>${c.passage.vectorRank ? html`${c.passage.vectorRank}<span class="muted small block">${number(c.passage.similarity, 3)}</span>` : '–'}</div></td>
      <td data-label=${t('matchedTerms')} class="small"><div>${[...new Set(c.matched.map(m => m.term))].map(term => html`<span class="badge">${term}</span> `)}</div></td>
      <td data-label=${t('context')}><span class="badge ${VERDICT[c.context] ?? ''}">${t('verdicts')[c.context] ?? c.context}</span></td>
    </tr>`)}</tbody></table></div>`;
