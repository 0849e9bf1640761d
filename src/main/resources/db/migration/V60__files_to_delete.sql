-- Stored files that belong to nothing any more and are not deleted yet.
create table file_removal (
  name varchar(200) primary key,
  noted_at timestamp with time zone not null
);
