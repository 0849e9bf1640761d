package org.harmonykb.jobs;

import java.util.List;
import java.util.UUID;
import org.harmonykb.documents.RemovalListener;
import org.harmonykb.documents.RemovedDocument;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What went wrong with single documents; goes with the document, as its ingest jobs do. */
@Component
@Order(RemovalListener.STORED)
class JobErrors implements RemovalListener {

  private final JdbcClient jdbc;

  JobErrors(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  void add(UUID job, JobError error) {
    jdbc.sql("delete from job_error where job_id = ? and document_id = ?")
        .params(job, error.documentId())
        .update();
    jdbc.sql("insert into job_error (job_id, document_id, name, message) values (?, ?, ?, ?)")
        .params(job, error.documentId(), cut(error.name(), 500), cut(error.message(), 2000))
        .update();
  }

  List<JobError> of(UUID job) {
    return jdbc.sql("select document_id, name, message from job_error where job_id = ?")
        .param(job)
        .query(
            (row, number) ->
                new JobError(
                    row.getObject("document_id", UUID.class),
                    row.getString("name"),
                    row.getString("message")))
        .list();
  }

  int count(UUID job) {
    return jdbc.sql("select count(*) from job_error where job_id = ?")
        .param(job)
        .query(Integer.class)
        .single();
  }

  void clear(UUID job) {
    jdbc.sql("delete from job_error where job_id = ?").param(job).update();
  }

  @Override
  public void removed(RemovedDocument document) {
    jdbc.sql("delete from job_error where document_id = ?").param(document.id()).update();
    jdbc.sql("delete from job where document_id = ?").param(document.id()).update();
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length);
  }
}
