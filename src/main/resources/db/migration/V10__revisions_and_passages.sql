alter table document add column declared_from date;
alter table document add column effective_to date;
alter table document add column source varchar(100);

create index document_sha256_idx on document (sha256);
create index document_source_idx on document (source);

create table document_revision (
  document_id uuid not null references document (id) on delete cascade,
  revision int not null,
  sha256 varchar(64) not null,
  filename varchar(500) not null,
  media_type varchar(200) not null,
  size_bytes bigint not null,
  stored_as varchar(200) not null,
  title varchar(500) not null,
  effective_from date,
  effective_to date,
  passages int not null,
  received_at timestamp with time zone not null,
  primary key (document_id, revision)
);

-- Revisions before the current one were not kept so far. Passages were not kept either: without a
-- count the documents are read again at the next start.
insert into document_revision
  select id, revision, sha256, filename, media_type, size_bytes, stored_as, title,
         effective_from, null, 0, updated_at
  from document;

-- A revision's passages; the hash is that of what is embedded, with the embedding model.
create table passage (
  document_id uuid not null references document (id) on delete cascade,
  revision int not null,
  ordinal int not null,
  section text not null,
  page int,
  language varchar(10) not null,
  content text not null,
  hash varchar(64) not null,
  vector bytea,
  primary key (document_id, revision, ordinal)
);

create index passage_hash_idx on passage (hash);

-- Passages of another index generation, where they differ from those of the live one.
create table staged_passage (
  generation int not null,
  document_id uuid not null references document (id) on delete cascade,
  revision int not null,
  ordinal int not null,
  section text not null,
  page int,
  language varchar(10) not null,
  content text not null,
  hash varchar(64) not null,
  vector bytea,
  primary key (generation, document_id, revision, ordinal)
);

-- Removals that have begun; a start ends those that a crash interrupted.
create table document_removal (
  document_id uuid primary key,
  names text not null,
  begun_at timestamp with time zone not null
);

-- What somebody removed by hand, as hashes, so that no watched folder brings it back.
create table removed_document (
  name_hash varchar(64) primary key,
  sha256 varchar(64) not null,
  removed_at timestamp with time zone not null
);
