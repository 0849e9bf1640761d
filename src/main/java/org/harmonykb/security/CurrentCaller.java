package org.harmonykb.security;

import java.util.Set;
import org.harmonykb.retrieval.AccessScope;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/** The caller of the running request. To be asked on the request's own thread. */
@Component
public class CurrentCaller {

  private final CollectionAccess collections;

  CurrentCaller(CollectionAccess collections) {
    this.collections = collections;
  }

  /**
   * @throws IllegalStateException if the thread serves no signed-in request
   */
  public Caller get() {
    Caller caller = find();
    if (caller == null) {
      throw new IllegalStateException("this thread serves no request of a known caller");
    }
    return caller;
  }

  public @Nullable Caller find() {
    Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
    return authentication instanceof CallerAuthentication known ? known.getPrincipal() : null;
  }

  /** The name that conversations belong to. */
  public String name() {
    return get().name();
  }

  /** What the caller may read. */
  public AccessScope scope() {
    Caller caller = get();
    return new AccessScope(
        caller.unrestricted(),
        caller.groups(),
        caller.unrestricted() ? Set.of() : collections.hiddenFrom(caller.groups()),
        caller.name());
  }
}
