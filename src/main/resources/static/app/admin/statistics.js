import { html, nothing, ref } from '../lib.js';
import { get, post } from '../api.js';
import { icon } from '../icons.js';
import { bytes, date, dateTime, number, seconds, t } from '../texts.js';
import { state, toast, update } from '../state.js';
import { act } from '../shell.js';
import { explain } from '../chats.js';

let uPlot = null;
let days = 30;
let data = null;
let reports = [];
let feedback = [];
let evaluations = [];
const plots = new Map();

export async function enter() {
  uPlot ??= (await import('/webjars/uplot/dist/uPlot.esm.js')).default;
  loadStyle('/webjars/uplot/dist/uPlot.min.css');
  await load();
}

export function leave() {
  for (const { plot, observer } of plots.values()) {
    observer.disconnect();
    plot.destroy();
  }
  plots.clear();
}

function loadStyle(href) {
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  document.head.append(link);
}

async function optional(path) {
  return get(path).catch(error => {
    if (error.status === 404 || error.status === 405) return [];
    throw error;
  });
}

async function load() {
  try {
    data = await get(`/api/admin/statistics?days=${days}`);
    reports = await optional('/api/admin/reports');
    feedback = await optional('/api/admin/feedback');
    evaluations = await optional('/api/admin/evaluations');
  } catch (error) {
    toast(explain(error), 'bad');
  }
  update();
}

export const actions = () => html`
  <label class="sr-only" for="days">${t('days', '')}</label>
  <select id="days" @change=${event => {
    days = Number(event.target.value);
    load();
  }}>${[7, 30, 90, 365].map(n => html`<option value=${n} ?selected=${n === days}>${t('days', n)}</option>`)}</select>
  <a class="button" href="/api/admin/statistics/days.csv?days=${days}" download aria-label=${t('csv')}>${icon('export')}<span class="only-wide">${t('csv')}</span></a>`;

const figure = (name, value, small) => html`<div class="figure"><dt>${name}</dt><dd>${value}${small ? html`<span class="muted small">${small}</span>` : nothing}</dd></div>`;
const percent = (part, whole) => (whole ? `${number(part / whole * 100, 1)} %` : '–');

export function view() {
  if (!data) return nothing;
  const { answers, engine, memory } = data;
  const f = answers.total;
  const since = answers.from;
  const recent = feedback.filter(item => item.createdAt >= since);
  const up = recent.filter(item => item.thumb === 'up').length;
  return html`
    <dl class="figures">
      ${figure(t('questions'), number(f.questions))}
      ${figure(t('noAnswerRate'), percent(f.refused, f.questions), `${number(f.refused)} / ${number(f.questions)}`)}
      ${figure(t('thumbs'), recent.length ? percent(up, recent.length) : '–', `${number(up)} ${t('thumbsUp')} · ${number(recent.length - up)} ${t('thumbsDown')}`)}
      ${figure(t('latency'), f.questions ? seconds(f.medianMs) : '–', f.questions ? t('p95', seconds(f.p95Ms)) : '')}
      ${figure(t('firstTokenLatency'), f.questions ? seconds(f.firstTokenMedianMs) : '–', f.questions ? t('p95', seconds(f.firstTokenP95Ms)) : '')}
      ${figure(t('cacheHit'), percent(f.cachedTokens, f.promptTokens))}
      ${figure(t('writingSpeed'), f.tokensPerSecond ? number(f.tokensPerSecond) : '–', t('perSecond'))}
      ${figure(t('memory'), bytes(memory.heapUsed), `${memory.heapMax > 0 ? t('ofHeap', bytes(memory.heapMax)) : t('heap')}${engine ? ` · ${t('kvCache')} ${bytes(engine.kvCacheBytes)}` : ''}`)}
    </dl>
    ${f.questions ? html`
      <div class="charts">
        ${chart('perDay', t('questionsPerDay'), answers.days, [
          { label: t('questions'), values: d => d.figures.questions || null, color: '--accent', bars: true },
          { label: t('refusedCount'), values: d => d.figures.refused || null, color: '--warning', bars: true },
        ])}
        ${chart('latency', `${t('latency')} (${t('medianMs')})`, answers.days, [
          { label: t('latency'), values: d => (d.figures.questions ? d.figures.medianMs / 1000 : null), color: '--accent' },
          { label: t('firstTokenLatency'), values: d => (d.figures.questions ? d.figures.firstTokenMedianMs / 1000 : null), color: '--good' },
        ])}
        ${chart('cache', `${t('cacheHit')} (%)`, answers.days, [
          { label: t('cacheHit'), values: d => (d.figures.promptTokens ? d.figures.cachedTokens / d.figures.promptTokens * 100 : null), color: '--accent' },
        ])}
        ${chart('speed', `${t('writingSpeed')} (${t('perSecond')})`, answers.days, [
          { label: t('writingSpeed'), values: d => d.figures.tokensPerSecond || null, color: '--accent' },
        ])}
      </div>` : html`<p class="muted">${t('noData')}</p>`}
    <h2>${t('topUnanswered')} <a class="button plain small" href="/api/admin/statistics/unanswered.csv?days=${days}" download>${icon('export')}${t('csv')}</a></h2>
    ${answers.unanswered.length ? html`
      <table class="data"><thead><tr><th scope="col">${t('question')}</th><th scope="col" class="right">${t('times')}</th><th scope="col">${t('lastAsked')}</th></tr></thead>
        <tbody>${answers.unanswered.slice(0, 20).map(u => html`<tr><td class="main-cell">${u.question}</td><td class="right">${number(u.times)}</td><td>${dateTime(u.lastAsked)}</td></tr>`)}</tbody></table>`
      : html`<p class="muted">${t('noUnanswered')}</p>`}
    <h2>${t('evaluations')} <button type="button" class="plain small" id="evaluate" @click=${act(async () => {
      await post('/api/admin/evaluations', { set: 'corpus' });
      toast(t('evaluationBegun'));
      await load();
    })}>${icon('chart')}${t('evaluate')}</button></h2>
    ${evaluations.length ? evaluationTable() : html`<p class="muted">${t('noEvaluations')}</p>`}
    <h2>${t('reports')}</h2>
    ${reports.length || recent.length ? html`<ul class="chunks">
      ${reports.slice(0, 30).map(r => html`<li class="card"><span class="badge warning">${t('reportReasons')[r.reason.toLowerCase()]}</span>
        <a href="#/admin/documents/${r.documentId}">${r.title ?? r.documentId}</a> <span class="muted small">${t('revision')} ${r.revision} · ${dateTime(r.createdAt)}${r.reporter ? ` · ${r.reporter}` : ''}</span>${r.comment ? html`<p>${r.comment}</p>` : nothing}</li>`)}
      ${recent.filter(item => item.thumb === 'down' || item.reason).slice(0, 30).map(item => html`<li class="card"><span class="badge ${item.thumb === 'up' ? 'good' : 'bad'}">${item.thumb === 'up' ? t('good') : t('bad')}</span>
        <span>${item.question}</span> <span class="muted small">${dateTime(item.createdAt)}</span>${item.reason ? html`<p>${reason(item.reason)}</p>` : nothing}</li>`)}
    </ul>` : html`<p class="muted">${t('noReports')}</p>`}`;
}

function reason(text) {
  const [key, ...rest] = text.split(': ');
  const known = t('feedbackReasons')[key];
  return known ? [known, ...rest].join(': ') : text;
}

const evaluationTable = () => html`
  <table class="data cards"><thead><tr><th scope="col">${t('started')}</th><th scope="col">${t('name')}</th><th scope="col">${t('kind')}</th><th scope="col">${t('score')}</th></tr></thead>
    <tbody>${evaluations.map(e => html`<tr><td>${dateTime(e.createdAt)}</td><td>${e.set} <span class="muted small">${number(e.questions)}</span></td><td>${e.mode}</td>
      <td class="small">${e.result ? Object.entries(e.result).filter(([, v]) => typeof v === 'number').map(([k, v]) => html`${k} <strong>${number(v, 3)}</strong> `) : html`<span class="badge">${t('jobStates')[e.state] ?? e.state}</span> ${number(e.done)} / ${number(e.questions)} <span class="reason">${e.message ?? ''}</span>`}</td></tr>`)}</tbody></table>`;

/** A chart that keeps its plot between paintings and draws anew when its data or theme change. */
function chart(key, title, list, series) {
  return html`<figure class="card chart"><h2>${title}</h2>
    <div class="chart-box" role="img" aria-label=${title} ${ref(element => element && draw(element, key, list, series))}></div></figure>`;
}

function draw(element, key, list, series) {
  const signature = [days, state.language, state.theme, matchMedia('(prefers-color-scheme: dark)').matches, list];
  const before = plots.get(key);
  if (before?.element === element && before.signature.every((value, i) => value === signature[i])) return;
  before?.observer.disconnect();
  before?.plot.destroy();
  const style = getComputedStyle(document.documentElement);
  const canvas = document.createElement('canvas').getContext('2d');
  // A canvas knows no light-dark(): the browser resolves it on an element.
  const probe = document.createElement('span');
  document.body.append(probe);
  const color = name => {
    probe.style.color = `var(${name})`;
    canvas.fillStyle = getComputedStyle(probe).color;
    return canvas.fillStyle;
  };
  const text = color('--muted');
  const line = color('--line');
  const options = {
    width: element.clientWidth || 480, height: 210,
    scales: { x: { time: true }, y: { range: (_, min, max) => [0, Math.max(1, max * 1.1)] } },
    axes: [
      { stroke: text, grid: { show: false }, ticks: { stroke: line }, font: `12px ${style.fontFamily}`, values: (_, values) => values.map(v => new Intl.DateTimeFormat(state.language === 'zh' ? 'zh-CN' : 'en-GB', { day: 'numeric', month: 'short' }).format(v * 1000)), space: 70 },
      { stroke: text, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: `12px ${style.fontFamily}`, values: (_, values) => values.map(v => number(v, 1)), size: 46,
        // Of what is counted there are no halves.
        ...(series.some(s => s.bars) ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] } : {}) },
    ],
    series: [
      { label: t('day'), value: (_, v) => (v ? date(v * 1000) : '–') },
      ...series.map(s => ({
        label: s.label, stroke: color(s.color), width: 2, spanGaps: true,
        fill: s.bars ? color(s.color) : undefined, points: { show: !s.bars && list.length < 40 },
        paths: s.bars ? uPlot.paths.bars({ size: [0.7, 40] }) : undefined,
        value: (_, v) => (v === null || v === undefined ? '–' : number(v, 1)),
      })),
    ],
  };
  probe.remove();
  const xs = list.map(d => new Date(`${d.day}T00:00`).getTime() / 1000);
  const plot = new uPlot(options, [xs, ...series.map(s => list.map(s.values))], element);
  const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: 210 }));
  observer.observe(element);
  plots.set(key, { element, signature, plot, observer });
}
