-- The documents whose passages were in a turn's prompt.
create table turn_document (
  turn_id uuid not null references turn (id) on delete cascade,
  document_id uuid not null,
  primary key (turn_id, document_id)
);

create index turn_document_idx on turn_document (document_id);
