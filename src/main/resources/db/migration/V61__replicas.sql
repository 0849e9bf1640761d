-- Codes that set the first administrator up; each replica that starts tells one in its log.
create table setup_code (
  hash varchar(64) primary key,
  issued_at timestamp with time zone not null
);

-- Names what a job that is not over may do alone, over all replicas.
alter table job add column only_one varchar(150);
alter table job add constraint job_only_one unique (only_one);
