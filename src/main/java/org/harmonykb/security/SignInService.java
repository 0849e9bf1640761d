package org.harmonykb.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Signs local users in, and sets the first one up with a code that only the log tells. Guessing is
 * slowed down by name and by address.
 */
@Service
public class SignInService {

  private static final Logger LOG = LoggerFactory.getLogger(SignInService.class);
  private static final int TRIES_PER_NAME = 10;
  private static final int TRIES_PER_ADDRESS = 50;
  private static final Duration PERIOD = Duration.ofMinutes(10);

  private final SecurityMode mode;
  private final UserService users;
  private final SecurityContextRepository sessions;
  private final AuditLog audit;
  private final Cache<String, Bucket> tries =
      Caffeine.newBuilder().maximumSize(100_000).expireAfterAccess(PERIOD).build();
  private final SetupCodes codes;
  private final TransactionTemplate transaction;

  SignInService(
      SecurityMode mode,
      UserService users,
      SecurityContextRepository sessions,
      AuditLog audit,
      SetupCodes codes,
      TransactionTemplate transaction) {
    this.mode = mode;
    this.users = users;
    this.sessions = sessions;
    this.audit = audit;
    this.codes = codes;
    this.transaction = transaction;
  }

  @EventListener(ApplicationReadyEvent.class)
  void onReady() {
    switch (mode) {
      case DEMO ->
          LOG.warn(
              "Demo mode: nobody signs in, whoever uses this machine may do everything; other machines are refused");
      case LOCAL -> {
        if (users.isEmpty()) {
          LOG.warn(
              "There are no users yet. Open /login.html and set up the first administrator with the one-time code {}",
              codes.issue());
        } else {
          codes.clear();
        }
      }
      case OIDC, PROXY -> LOG.info("Sign-in mode: {}", mode);
    }
  }

  public SecurityMode mode() {
    return mode;
  }

  public boolean needsSetup() {
    return mode == SecurityMode.LOCAL && codes.areOpen();
  }

  /**
   * Begins a session.
   *
   * @throws SignInRefusedException if name and password fit nobody, or after too many tries
   */
  public Caller signIn(
      String name, String password, HttpServletRequest request, HttpServletResponse response) {
    requireLocal();
    slowDown(name, request);
    User user = users.authenticate(name, password).orElse(null);
    if (user == null) {
      audit.write(name, null, request.getRemoteAddr(), "sign-in", "", 401);
      throw new SignInRefusedException("The name or the password is wrong", 0);
    }
    return begin(user, request, response);
  }

  /**
   * Makes the first administrator and signs them in.
   *
   * @throws SignInRefusedException if the code is wrong, or there are users already
   */
  public Caller setUp(
      String code,
      String name,
      String password,
      HttpServletRequest request,
      HttpServletResponse response) {
    requireLocal();
    slowDown("", request);
    boolean isOpen = codes.areOpen();
    Optional<User> admin =
        Objects.requireNonNull(transaction.execute(status -> firstAdmin(code, name, password)));
    if (admin.isEmpty()) {
      audit.write(name, null, request.getRemoteAddr(), "set-up", "", 401);
      throw new SignInRefusedException(
          isOpen ? "The code is not the one in the log" : "There are users already", 0);
    }
    return begin(admin.get(), request, response);
  }

  private Optional<User> firstAdmin(String code, String name, String password) {
    if (!codes.redeem(code)) {
      return Optional.empty();
    }
    return Optional.of(
        users.create(
            name, new UserService.Change(null, password, Set.of(Role.ADMIN), Set.of(), true)));
  }

  private Caller begin(User user, HttpServletRequest request, HttpServletResponse response) {
    Caller caller = user.caller();
    if (request.getSession(false) != null) {
      request.changeSessionId();
    }
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(new CallerAuthentication(caller));
    SecurityContextHolder.setContext(context);
    sessions.saveContext(context, request, response);
    audit.write(user.name(), null, request.getRemoteAddr(), "sign-in", "", 200);
    return caller;
  }

  private void requireLocal() {
    if (mode != SecurityMode.LOCAL) {
      throw new SignInRefusedException("Nobody signs in here in this mode", 0);
    }
  }

  private void slowDown(String name, HttpServletRequest request) {
    take("name " + name, TRIES_PER_NAME);
    take("address " + request.getRemoteAddr(), TRIES_PER_ADDRESS);
  }

  private void take(String whose, int allowed) {
    Bucket bucket =
        tries.get(
            whose,
            key ->
                Bucket.builder()
                    .addLimit(limit -> limit.capacity(allowed).refillGreedy(allowed, PERIOD))
                    .build());
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      throw new SignInRefusedException(
          "Too many tries to sign in; wait a little",
          Math.max(1, Duration.ofNanos(probe.getNanosToWaitForRefill()).toSeconds()));
    }
  }
}
