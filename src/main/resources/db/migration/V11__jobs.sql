alter table job add column argument varchar(2000);
alter table job add column result text;
alter table job add column started_at timestamp with time zone;
alter table job add column finished_at timestamp with time zone;

create index job_document_idx on job (document_id);
create index job_state_idx on job (state, kind);

create table job_error (
  job_id uuid not null references job (id) on delete cascade,
  document_id uuid not null,
  name varchar(500) not null,
  message varchar(2000) not null,
  primary key (job_id, document_id)
);
