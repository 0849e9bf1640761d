export const texts = {
  en: {
    assistant: 'Assistant', newConversation: 'New conversation', conversations: 'Conversations',
    documents: 'Documents', upload: 'Upload documents', send: 'Ask', stop: 'Stop', sources: 'Sources',
    placeholder: 'Ask about your documents', remove: 'Delete', open: 'Open document', page: 'page',
    revision: 'revision', queued: n => `Waiting, ${n} ahead`, reading: (a, b) => `Reading ${a} of ${b} tokens`,
    searching: 'Searching the documents', stopped: 'Stopped', failed: 'That did not work', retry: 'Try again',
    unsupported: 'Not supported by the documents:', other: '中文',
  },
  zh: {
    assistant: '助手', newConversation: '新对话', conversations: '对话', documents: '文档', upload: '上传文档',
    send: '提问', stop: '停止', sources: '来源', placeholder: '就文档提问', remove: '删除', open: '打开文档',
    page: '页', revision: '版本', queued: n => `排队中，前面还有 ${n} 个`, reading: (a, b) => `正在阅读 ${a} / ${b}`,
    searching: '正在检索文档', stopped: '已停止', failed: '出错了', retry: '重试', unsupported: '文档未支持：', other: 'English',
  },
};
