import { state } from './state.js';

const en = {
  newConversation: 'New conversation', search: 'Search conversations', pinned: 'Pinned', today: 'Today',
  yesterday: 'Yesterday', week: 'Last 7 days', earlier: 'Earlier', noConversations: 'Your conversations will be listed here.',
  nothingFound: 'Nothing found', menu: 'Menu', close: 'Close', cancel: 'Cancel', save: 'Save', reset: 'Reset',
  remove: 'Delete', rename: 'Rename', pin: 'Pin', unpin: 'Unpin', more: 'More actions', administration: 'Administration',
  language: 'Language', theme: 'Theme', auto: 'Automatic', light: 'Light', dark: 'Dark', skip: 'Skip to the conversation',
  welcome: 'What would you like to know?', askPlaceholder: 'Ask about your documents',
  welcomeHint: n => `Answers come from ${n} documents, and every statement can be opened at its source.`,
  assistant: 'Assistant', send: 'Ask', stop: 'Stop', you: 'You asked', answer: 'Answer',
  charactersLeft: n => `${n} characters left`,
  searching: 'Searching the documents…', queued: n => (n === 1 ? 'Waiting: 1 question is ahead' : `Waiting: ${n} questions are ahead`),
  reading: (a, b) => `Reading ${a} of ${b} tokens`, writing: r => (r ? `Writing, ${r} tokens/s` : 'Writing…'),
  stopped: 'Stopped. What you see was not saved.', failed: 'That did not work', retry: 'Try again',
  offline: 'The service cannot be reached. Is it running, and are you on the company network?',
  busy: s => `The service is busy. Please try again${s ? ` in ${s} seconds` : ' in a moment'}.`,
  copy: 'Copy', copied: 'Copied', regenerate: 'Answer again', edit: 'Edit', resend: 'Ask again', details: 'Details',
  good: 'Good answer', bad: 'Bad answer', reasoning: 'Reasoning',
  sources: 'Sources', source: n => `Source ${n}`, sourceOf: (n, title) => `Source ${n}: ${title}`, pageNumber: n => `page ${n}`, revision: 'revision',
  inForce: d => `in force from ${d}`, updated: d => `updated ${d}`, open: 'Open document', openAt: p => `Open at page ${p}`,
  newer: r => `There is a newer revision of this document (${r}).`, gone: 'This document has been deleted since.',
  citedSentence: 'The sentence that the answer rests on is marked.', report: 'Report this document',
  unsupported: 'not supported by the documents', refusedTitle: 'Not in the documents', nearest: 'Nearest documents',
  notice: 'Please note', extractive: 'Quoted', generated: 'Written by the model', searchedFor: 'Searched for',
  retrievalTime: 'Search', firstToken: 'First token', totalTime: 'Total', tokensWritten: 'Tokens written', tokensRead: 'Prompt tokens', fromCache: 'from the cache',
  rate: 'Speed', tokensPerSecond: r => `${r} tokens/s`, inSeconds: n => `${n}\u00a0s`, colon: ': ',
  settings: 'Settings', settingsOf: 'Settings of this conversation', settingsChanged: 'Settings differ from the assistant’s own',
  collections: 'Collections', allCollections: 'All that the assistant searches', instructions: 'Own instructions',
  instructionsHint: 'On tone and form, such as “in three short points”. Answers still come from the documents alone. ',
  unheeded: 'The model that is loaded makes nothing of this.', thinking: 'Thinking…', reasoningHint: 'What the model thought before it answered. It is not checked and not kept.',
  temperature: 'Temperature', temperatureHint: '0 gives the same answer each time', topP: 'Top-p', length: 'Answer length',
  lengths: { default: 'As the assistant has it', short: 'Short', medium: 'Medium', long: 'Long' }, effort: 'Reasoning effort',
  efforts: { default: 'As the assistant has it', low: 'Low', medium: 'Medium', high: 'High' }, showReasoning: 'Show the model’s reasoning', adapter: 'Adapter', noAdapter: 'None',
  share: 'Share', shareTitle: 'Share this conversation', shareHint: 'Whoever has this link and may use this service can read the conversation, as it is and as it goes on. An answer is shown only to those who may read the documents that it cites.',
  shareStop: 'Stop sharing', shareCopy: 'Copy link', sharedBy: 'You are reading a shared conversation.', export: 'Export',
  exportAs: { md: 'Markdown', json: 'JSON', pdf: 'PDF' },
  deleteTitle: 'Delete this conversation?', deleteHint: t => `“${t}” and its answers will be gone for good.`,
  feedbackGood: 'What was good?', feedbackBad: 'What was wrong?', feedbackThanks: 'Thank you. The owners of the documents will see this.',
  feedbackReasons: { wrong: 'Wrong', incomplete: 'Incomplete', source: 'Wrong source', outdated: 'Outdated', refused: 'Should have answered', unclear: 'Hard to understand', other: 'Something else' },
  comment: 'Comment', optional: 'optional', submit: 'Send',
  reportTitle: 'Report this document', reportHint: 'Tell its owner what is wrong with it.',
  reportReasons: { stale: 'Out of date', wrong: 'Wrong', missing: 'Something is missing', access: 'Should not be visible to me' },
  reportThanks: 'Thank you. The report was passed on.',
  shortcuts: 'Keyboard shortcuts', shortcutList: [['/', 'Write a question'], ['Ctrl K', 'Search conversations'], ['Ctrl Shift O', 'New conversation'], ['Enter', 'Ask'], ['Shift Enter', 'New line'], ['Esc', 'Stop, or close a panel'], ['?', 'This list']],
  document: 'Document', download: 'Download original', loading: 'Loading…', previous: 'Previous page', next: 'Next page',
  pageOf: (a, b) => `Page ${a} of ${b}`, zoomIn: 'Larger', zoomOut: 'Smaller', passageNotFound: 'The passage could not be marked in this view.',
  signOut: 'Sign out', signIn: 'Sign in', backToChat: 'Back to the chat', noJavaScript: '', goToEnd: 'To the latest answer',
  unknownConversation: 'This conversation no longer exists.', modelMissing: 'Without a model',
};

const zh = {
  newConversation: '新对话', search: '搜索对话', pinned: '已置顶', today: '今天', yesterday: '昨天', week: '最近七天', earlier: '更早',
  noConversations: '您的对话将显示在这里。', nothingFound: '没有找到', menu: '菜单', close: '关闭', cancel: '取消', save: '保存', reset: '恢复默认',
  remove: '删除', rename: '重命名', pin: '置顶', unpin: '取消置顶', more: '更多操作', administration: '管理', language: '语言', theme: '主题',
  auto: '自动', light: '浅色', dark: '深色', skip: '跳到对话', welcome: '您想了解什么？', askPlaceholder: '就文档提问',
  welcomeHint: n => `答案来自 ${n} 份文档，每句话都可以打开出处核对。`, assistant: '助手', send: '提问', stop: '停止', you: '您的问题', answer: '回答',
  charactersLeft: n => `还可输入 ${n} 个字符`, searching: '正在检索文档…', queued: n => `排队中：前面还有 ${n} 个问题`,
  reading: (a, b) => `正在阅读 ${a} / ${b} 个词元`, writing: r => (r ? `正在书写，每秒 ${r} 个词元` : '正在书写…'),
  stopped: '已停止。所显示的内容没有保存。', failed: '出错了', retry: '重试', offline: '无法连接服务。服务是否在运行？您是否在公司网络中？',
  busy: s => `服务繁忙，请${s ? ` ${s} 秒后` : '稍后'}重试。`, copy: '复制', copied: '已复制', regenerate: '重新回答', edit: '编辑', resend: '重新提问', details: '详情',
  good: '回答很好', bad: '回答不好', reasoning: '推理过程', sources: '来源', source: n => `来源 ${n}`, sourceOf: (n, title) => `来源 ${n}：${title}`, pageNumber: n => `第 ${n} 页`, revision: '版本',
  inForce: d => `自 ${d} 起生效`, updated: d => `更新于 ${d}`, open: '打开文档', openAt: p => `打开第 ${p} 页`, newer: r => `该文档已有更新的版本（${r}）。`,
  gone: '该文档此后已被删除。', citedSentence: '回答所依据的句子已标出。', report: '报告此文档', unsupported: '文档未支持', refusedTitle: '文档中没有', nearest: '最接近的文档',
  notice: '请注意', extractive: '引自原文', generated: '由模型书写', searchedFor: '检索内容', retrievalTime: '检索', firstToken: '首个词元', totalTime: '总计', tokensWritten: '书写词元',
  tokensRead: '提示词元', fromCache: '来自缓存', rate: '速度', tokensPerSecond: r => `${r} 词元/秒`, inSeconds: n => `${n}\u00a0秒`, colon: '：', settings: '设置', settingsOf: '本对话的设置', settingsChanged: '设置与助手的默认值不同',
  collections: '文档集', allCollections: '助手检索的全部', instructions: '自定义指令', instructionsHint: '关于语气和形式，例如“用三个要点回答”。答案仍然只来自文档。', unheeded: '当前加载的模型不理会此项。', thinking: '正在思考…', reasoningHint: '模型回答之前的思考，未经核对，也不保存。', temperature: '温度', temperatureHint: '0 表示每次回答相同', topP: 'Top-p',
  length: '回答长度', lengths: { default: '助手默认', short: '短', medium: '中', long: '长' }, effort: '推理强度', efforts: { default: '助手默认', low: '低', medium: '中', high: '高' }, showReasoning: '显示模型的推理过程',
  adapter: '适配器', noAdapter: '无', share: '分享', shareTitle: '分享此对话', shareHint: '持有此链接且可使用本服务的人都能阅读该对话及其后续内容。回答只对有权阅读其引用文档的人显示。', shareStop: '停止分享', shareCopy: '复制链接',
  sharedBy: '您正在阅读他人分享的对话。', export: '导出', exportAs: { md: 'Markdown', json: 'JSON', pdf: 'PDF' }, deleteTitle: '删除此对话？', deleteHint: t => `“${t}”及其回答将被永久删除。`,
  feedbackGood: '哪里好？', feedbackBad: '哪里不对？', feedbackThanks: '谢谢。文档负责人会看到您的反馈。',
  feedbackReasons: { wrong: '错误', incomplete: '不完整', source: '出处不对', outdated: '已过时', refused: '本应回答', unclear: '难以理解', other: '其他' }, comment: '说明', optional: '可不填', submit: '提交',
  reportTitle: '报告此文档', reportHint: '告诉文档负责人哪里有问题。', reportReasons: { stale: '已过时', wrong: '有错误', missing: '内容缺失', access: '我不应看到' }, reportThanks: '谢谢，报告已转交。',
  shortcuts: '键盘快捷键', shortcutList: [['/', '输入问题'], ['Ctrl K', '搜索对话'], ['Ctrl Shift O', '新对话'], ['Enter', '提问'], ['Shift Enter', '换行'], ['Esc', '停止或关闭面板'], ['?', '本列表']],
  document: '文档', download: '下载原件', loading: '正在加载…', previous: '上一页', next: '下一页', pageOf: (a, b) => `第 ${a} 页，共 ${b} 页`, zoomIn: '放大', zoomOut: '缩小', passageNotFound: '无法在此视图中标出该段落。',
  signOut: '退出登录', signIn: '登录', backToChat: '返回对话', noJavaScript: '', goToEnd: '到最新的回答', unknownConversation: '此对话已不存在。', modelMissing: '没有模型',
};

const all = { en, zh };

/** Adds the texts of a part of the page that is loaded when needed. */
export function addTexts(more) {
  Object.assign(en, more.en);
  Object.assign(zh, more.zh);
}

/** A text in the reader's language; texts with values in them are functions. */
export function t(key, ...values) {
  const text = all[state.language][key];
  return typeof text === 'function' ? text(...values) : text;
}

const locale = () => (state.language === 'zh' ? 'zh-CN' : 'en-GB');

export const number = (value, digits = 0) =>
  new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);

export const date = value => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(new Date(value));

export const dateTime = value =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(value));

export const seconds = ms => t('inSeconds', number(ms / 1000, ms < 10000 ? 1 : 0));

export function bytes(value) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  let i = 0;
  let v = value;
  for (; v >= 1000 && i < 3; i++) v /= 1000;
  return new Intl.NumberFormat(locale(), {
    style: 'unit', unit: units[i], unitDisplay: 'short', maximumFractionDigits: v < 10 && i > 0 ? 1 : 0,
  }).format(v).replace(' ', '\u00a0');
}

/** A text of the service that comes in both languages. */
export const localized = texts => texts?.[state.language] ?? texts?.en ?? '';
