create table document (
  id uuid primary key,
  external_id varchar(500) not null unique,
  collection varchar(100) not null,
  title varchar(500) not null,
  state varchar(20) not null,
  reason varchar(2000),
  allow_list varchar(4000) not null,
  revision int not null,
  sha256 varchar(64) not null,
  filename varchar(500) not null,
  media_type varchar(200) not null,
  size_bytes bigint not null,
  stored_as varchar(200) not null,
  passages int not null,
  effective_from date,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null
);

create index document_state_idx on document (state);
create index document_collection_idx on document (collection);

create table job (
  id uuid primary key,
  kind varchar(20) not null,
  document_id uuid,
  state varchar(20) not null,
  done int not null,
  total int not null,
  message varchar(2000),
  cancel_requested boolean not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null
);

create index job_created_idx on job (created_at);

-- As db-scheduler documents it.
create table scheduled_tasks (
  task_name varchar(100) not null,
  task_instance varchar(100) not null,
  task_data bytea,
  execution_time timestamp with time zone not null,
  picked boolean not null,
  picked_by varchar(50),
  last_success timestamp with time zone,
  last_failure timestamp with time zone,
  consecutive_failures int,
  last_heartbeat timestamp with time zone,
  version bigint not null,
  priority smallint,
  primary key (task_name, task_instance)
);

create index scheduled_tasks_execution_idx on scheduled_tasks (execution_time);
create index scheduled_tasks_heartbeat_idx on scheduled_tasks (last_heartbeat);

create table conversation (
  id uuid primary key,
  title varchar(300) not null,
  assistant varchar(50) not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null
);

create table turn (
  id uuid primary key,
  conversation_id uuid not null references conversation (id) on delete cascade,
  ordinal int not null,
  question varchar(8000) not null,
  prompt text not null,
  answer text not null,
  result text not null,
  created_at timestamp with time zone not null,
  unique (conversation_id, ordinal)
);
