import { html, nothing, repeat } from '../lib.js';
import { get, post } from '../api.js';
import { icon } from '../icons.js';
import { dateTime, number, seconds, t } from '../texts.js';
import { toast, update } from '../state.js';
import { act } from '../shell.js';
import { explain } from '../chats.js';
import { confirmDialog } from '../dialog.js';

let jobs = [];
let generations = [];
let schedules = [];
const titles = new Map();
let onlyProblems = false;
let timer = null;

export async function enter() {
  await load();
}

export function leave() {
  clearTimeout(timer);
  timer = null;
}

async function optional(path) {
  return get(path).catch(error => {
    if (error.status === 404 || error.status === 405) return [];
    throw error;
  });
}

async function load() {
  clearTimeout(timer);
  try {
    jobs = await get('/api/admin/jobs');
    if (jobs.some(job => job.documentId && !titles.has(job.documentId))) {
      for (const doc of await get('/api/documents')) titles.set(doc.id, doc.title);
      // Of documents that are gone the title is, too.
      for (const job of jobs) if (job.documentId && !titles.has(job.documentId)) titles.set(job.documentId, '');
    }
    generations = await optional('/api/admin/index');
    schedules = await optional('/api/admin/schedules');
    const isBusy = jobs.some(job => job.state === 'QUEUED' || job.state === 'RUNNING');
    timer = setTimeout(load, isBusy ? 1000 : 10000);
  } catch (error) {
    toast(explain(error), 'bad');
  }
  update();
}

export const actions = () => html`<button type="button" @click=${act(async () => {
  await post('/api/admin/reindex');
  await load();
})}>${icon('again')}${t('reindex')}</button>`;

const badge = state => html`<span class="badge ${{ DONE: 'good', FAILED: 'bad', RUNNING: 'accent' }[state] ?? ''}">${t('jobStates')[state] ?? state}</span>`;

/** Time left at the rate so far. */
function timeLeft(job) {
  if (job.etaSeconds !== undefined) return job.etaSeconds === null ? null : job.etaSeconds * 1000;
  const elapsed = new Date(job.updatedAt) - new Date(job.startedAt ?? job.createdAt);
  return job.done > 0 && job.total > job.done ? elapsed / job.done * (job.total - job.done) : null;
}

export function view() {
  const shown = onlyProblems ? jobs.filter(job => job.state === 'FAILED') : jobs;
  return html`
    <p class="muted small">${t('reindexHint')}</p>
    ${generations.length ? generationList() : nothing}
    ${schedules.length ? html`<h2>${t('schedules')}</h2><ul class="facts-list">${schedules.map(s => html`<li>${t('jobKinds')[s.kind]} ${s.next ? html`<code>${s.cron}</code> <span class="muted small">${t('nextRun', dateTime(s.next))}</span>` : html`<span class="muted small">${t('never')}</span>`}</li>`)}</ul>` : nothing}
    <div class="filters"><label class="choice"><input type="checkbox" .checked=${onlyProblems} @change=${e => {
      onlyProblems = e.target.checked;
      update();
    }}><span>${t('onlyProblems')}</span></label></div>
    ${shown.length === 0 ? html`<p class="muted">${t('noJobs')}</p>` : html`
      <div class="table-scroll" tabindex="0" role="region" aria-label=${t('jobs')}><table class="data cards">
        <thead><tr><th scope="col">${t('kind')}</th><th scope="col">${t('stateName')}</th><th scope="col">${t('progress')}</th><th scope="col">${t('started')}</th><th scope="col">${t('took')}</th><th><span class="sr-only">${t('more')}</span></th></tr></thead>
        <tbody>${repeat(shown, job => job.id, row)}</tbody></table></div>`}`;
}

/** What a job found out, nested facts included; of a re-index, how far the two generations agree. */
const resultList = result => html`
  <dl class="facts">${factsOf(result).map(([name, value]) => html`<dt>${t('resultNames')[name] ?? name}</dt><dd>${value}</dd>`)}</dl>
  ${result.comparison?.furthestApart?.length ? html`<p>${t('furthestApart')}</p><ul class="furthest">${result.comparison.furthestApart.map(d => html`
    <li>${percent(d.overlap)} · ${d.question}</li>`)}</ul>` : nothing}`;

const percent = share => `${number(share * 100)} %`;

const SHARES = ['sameFirst', 'overlap'];

function factsOf(result) {
  return Object.entries(result).flatMap(([name, value]) => {
    if (value === null || Array.isArray(value)) return [];
    if (typeof value === 'object') return factsOf(value);
    if (typeof value !== 'number') return [[name, String(value)]];
    return [[name, SHARES.includes(name) ? percent(value) : number(value, 3)]];
  });
}

const errors = new Map();

/** What went wrong with single documents, fetched when it is looked at. */
const errorList = job => html`<details class="small" @toggle=${act(async () => {
  errors.set(job.id, await optional(`/api/admin/jobs/${job.id}/errors`));
  update();
})}><summary>${t('documentErrors')}</summary>${errors.get(job.id)?.length
  ? html`<ul>${errors.get(job.id).map(e => html`<li>${e.name ?? ''}${t('colon')}${e.message}</li>`)}</ul>`
  : html`<p class="muted">${t('none')}</p>`}</details>`;

function generationList() {
  return html`
    <h2>${t('generations')}</h2>
    <ul class="facts-list">${generations.map(g => html`<li>${t('generation')} ${g.number} <span class="badge ${g.state === 'LIVE' ? 'good' : ''}">${t('generationStates')[g.state]}</span>
      <span class="muted small">${t('passageCount', number(g.passages))} · ${dateTime(g.createdAt)}</span>
      ${g.state === 'PREVIOUS' ? html`<button type="button" class="plain" @click=${act(async () => {
        await post('/api/admin/index/rollback');
        await load();
      })}>${t('rollBack')}</button>` : nothing}</li>`)}</ul>`;
}

function row(job) {
  const isActive = job.state === 'QUEUED' || job.state === 'RUNNING';
  const left = job.state === 'RUNNING' ? timeLeft(job) : null;
  return html`
    <tr>
      <td class="main-cell">${t('jobKinds')[job.kind] ?? job.kind}
        ${titles.get(job.documentId) ? html`<a class="small block" href="#/admin/documents/${job.documentId}">${titles.get(job.documentId)}</a>` : nothing}
        ${job.message ? html`<span class="small block reason">${job.message}</span>` : nothing}
        ${job.result ? html`<details class="small"><summary>${t('result')}</summary>${resultList(job.result)}</details>` : nothing}
        ${job.state === 'FAILED' || job.kind !== 'INGEST' ? errorList(job) : nothing}</td>
      <td data-label=${t('stateName')}>${badge(job.state)}</td>
      <td data-label=${t('progress')}><div>${job.total ? html`<span class="nowrap"><progress max=${job.total} .value=${job.done} aria-label=${t('progress')}></progress> <span class="small">${number(job.done)} / ${number(job.total)}</span></span>` : '–'}
        ${left === null ? nothing : html`<span class="small muted block">${t('eta', seconds(left))}</span>`}</div></td>
      <td data-label=${t('started')}>${dateTime(job.createdAt)}</td>
      <td data-label=${t('took')}>${job.state === 'QUEUED' ? '–' : seconds(new Date(job.finishedAt ?? job.updatedAt) - new Date(job.startedAt ?? job.createdAt))}</td>
      <td class="row-tools">
        ${isActive ? html`<button type="button" @click=${act(async () => {
          await post(`/api/admin/jobs/${job.id}/cancel`);
          await load();
        })}>${t('stopJob')}</button>` : nothing}
        ${job.state === 'FAILED' || job.state === 'CANCELLED' ? html`<button type="button" @click=${act(async () => {
          await post(`/api/admin/jobs/${job.id}/retry`);
          await load();
        })}>${icon('again')}${t('retry')}</button>
          ${job.kind === 'REINDEX' && job.result ? html`<button type="button" @click=${act(async () => {
            if (!await confirmDialog(t('switchAnyway'), job.message ?? '', t('switchAnyway'))) return;
            await post(`/api/admin/jobs/${job.id}/retry?force=true`);
            await load();
          })}>${t('switchAnyway')}</button>` : nothing}` : nothing}
      </td>
    </tr>`;
}
