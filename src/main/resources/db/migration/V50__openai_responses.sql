create table openai_response (
  id varchar(64) primary key,
  owner varchar(200) not null,
  created timestamp with time zone not null,
  body text not null,
  input text not null,
  items text not null
);
create index openai_response_created on openai_response (created);
