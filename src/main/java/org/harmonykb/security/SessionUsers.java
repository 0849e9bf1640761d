package org.harmonykb.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.DeferredSecurityContext;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpRequestResponseHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.stereotype.Component;

/**
 * A session holds nothing but the name of who signed in. What they may do is read anew for each
 * request, so that a changed role or group or a disabled user holds at once, and a session outlives
 * a new version of the program.
 */
@Component
final class SessionUsers implements SecurityContextRepository {

  private static final String NAME = "kb.user";

  private final UserService users;

  SessionUsers(UserService users) {
    this.users = users;
  }

  @Override
  public DeferredSecurityContext loadDeferredContext(HttpServletRequest request) {
    return new Deferred(request);
  }

  @Override
  @Deprecated
  public SecurityContext loadContext(HttpRequestResponseHolder holder) {
    return new Deferred(holder.getRequest()).get();
  }

  @Override
  public void saveContext(
      SecurityContext context, HttpServletRequest request, HttpServletResponse response) {
    if (context.getAuthentication() instanceof CallerAuthentication known
        && known.getPrincipal().key() == null) {
      request.getSession().setAttribute(NAME, known.getName());
    } else {
      HttpSession session = request.getSession(false);
      if (session != null) {
        session.removeAttribute(NAME);
      }
    }
  }

  @Override
  public boolean containsContext(HttpServletRequest request) {
    return name(request) != null;
  }

  private static @Nullable String name(HttpServletRequest request) {
    HttpSession session = request.getSession(false);
    return session == null ? null : (String) session.getAttribute(NAME);
  }

  /** Asks for the user when somebody wants to know. */
  private final class Deferred implements DeferredSecurityContext {

    private final HttpServletRequest request;
    private @Nullable SecurityContext context;

    private Deferred(HttpServletRequest request) {
      this.request = request;
    }

    @Override
    public SecurityContext get() {
      SecurityContext known = context;
      if (known == null) {
        SecurityContext found = SecurityContextHolder.createEmptyContext();
        String name = name(request);
        if (name != null) {
          users
              .findEnabled(name)
              .ifPresent(user -> found.setAuthentication(new CallerAuthentication(user.caller())));
        }
        context = found;
        return found;
      }
      return known;
    }

    @Override
    public boolean isGenerated() {
      return get().getAuthentication() == null;
    }
  }
}
