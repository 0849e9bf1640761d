package org.harmonykb.openai;

import org.harmonykb.documents.RemovalListener;
import org.harmonykb.documents.RemovedDocument;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** A stored response that names a removed document as its source goes with it. */
@Component
@Order(RemovalListener.STORED)
class RemovedFromResponses implements RemovalListener {

  private final JdbcClient jdbc;

  RemovedFromResponses(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  @Override
  public void removed(RemovedDocument document) {
    jdbc.sql(
            """
            delete from openai_response
            where body like :id or input like :id or items like :id
            """)
        .param("id", "%" + document.id() + "%")
        .update();
  }
}
