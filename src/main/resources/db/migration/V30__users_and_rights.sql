create table app_user (
  name varchar(200) primary key,
  display_name varchar(200) not null,
  origin varchar(10) not null,
  -- Encoded with its algorithm in front; null for people of a provider or proxy.
  password varchar(300),
  roles varchar(100) not null,
  enabled boolean not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null
);

create table app_member (
  user_name varchar(200) not null references app_user (name) on delete cascade,
  group_name varchar(100) not null,
  primary key (user_name, group_name)
);

create table collection_access (
  collection varchar(100) not null,
  group_name varchar(100) not null,
  primary key (collection, group_name)
);

create table api_key (
  id varchar(20) primary key,
  name varchar(100) not null,
  owner varchar(200) not null references app_user (name) on delete cascade,
  hash varchar(64) not null,
  scopes varchar(100) not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  last_used_at timestamp with time zone
);

create table audit_event (
  id uuid primary key,
  happened_at timestamp with time zone not null,
  actor varchar(200) not null,
  api_key varchar(20),
  address varchar(100) not null,
  action varchar(100) not null,
  target varchar(1000) not null,
  status int not null
);

create index audit_event_at_idx on audit_event (happened_at);

-- What was asked before there were users belongs to the user of demo mode.
alter table conversation add column owner varchar(200) default 'demo' not null;
create index conversation_owner_idx on conversation (owner, updated_at);
