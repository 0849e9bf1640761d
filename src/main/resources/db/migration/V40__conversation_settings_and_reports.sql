alter table conversation add column pinned boolean default false not null;

-- What the reader set for this conversation, as the page keeps it.
alter table conversation add column settings varchar(8000);

-- Whoever knows it may read the conversation.
alter table conversation add column share_token varchar(64);

create unique index conversation_share_idx on conversation (share_token);

-- What readers found wrong with documents.
create table document_report (
  id uuid primary key,
  document_id uuid not null,
  revision int not null,
  reason varchar(20) not null,
  comment varchar(1000),
  reporter varchar(100) not null,
  created_at timestamp with time zone not null
);

create index document_report_created_idx on document_report (created_at);
