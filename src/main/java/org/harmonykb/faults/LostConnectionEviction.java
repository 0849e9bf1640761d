package org.harmonykb.faults;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Lets the pool throw away connections whose database is gone. H2 closes itself when it cannot
 * write, tells so with a state that the pool does not know, and is opened anew only when its last
 * connection has been closed; without this a disk that was full once would need a restart. Named in
 * {@code spring.datasource.hikari.exception-override-class-name}.
 */
public final class LostConnectionEviction implements SQLExceptionOverride {

  @java.lang.Override // the interface has an Override of its own
  public Override adjudicate(SQLException e) {
    return Fault.isConnectionLost(e) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
  }
}
