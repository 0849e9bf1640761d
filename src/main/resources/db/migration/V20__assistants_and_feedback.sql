-- What admins made of the assistants; version 0 comes with the service and is not here.
create table assistant_version (
  assistant_id varchar(40) not null,
  version int not null,
  yaml text not null,
  note varchar(500),
  created_at timestamp with time zone not null,
  primary key (assistant_id, version)
);

-- What an answer was made from, so that it can be made again.
create table answer_trail (
  answer_id uuid primary key references turn (id) on delete cascade,
  trail text not null
);

-- What readers thought of answers. The question stays for evaluation when its conversation goes.
create table feedback (
  id uuid primary key,
  answer_id uuid not null unique,
  assistant varchar(50) not null,
  question varchar(8000) not null,
  searched_for varchar(12000) not null,
  thumb varchar(4) not null,
  reason varchar(2000),
  document_id uuid,
  correction text,
  curated_id uuid,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null
);

create index feedback_updated_idx on feedback (updated_at);

-- Evaluations of answers, with the set as it was then.
create table evaluation_run (
  id uuid primary key,
  set_name varchar(200) not null,
  set_text text not null,
  questions int not null,
  mode varchar(20) not null,
  job_id uuid not null,
  result text,
  failures text,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone
);

create index evaluation_run_created_idx on evaluation_run (created_at);
