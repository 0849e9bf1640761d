package org.harmonykb.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.stereotype.Service;

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
  private volatile @Nullable String setupCode;

  SignInService(
      SecurityMode mode, UserService users, SecurityContextRepository sessions, AuditLog audit) {
    this.mode = mode;
    this.users = users;
    this.sessions = sessions;
    this.audit = audit;
  }

  @EventListener(ApplicationReadyEvent.class)
  void onReady() {
    switch (mode) {
      case DEMO ->
          LOG.warn(
              "Demo mode: nobody signs in, whoever uses this machine may do everything; other machines are refused");
      case LOCAL -> {
        if (users.isEmpty()) {
          String code = newCode();
          setupCode = code;
          LOG.warn(
              "There are no users yet. Open /login.html and set up the first administrator with the one-time code {}",
              code);
        }
      }
      case OIDC, PROXY -> LOG.info("Sign-in mode: {}", mode);
    }
  }

  public SecurityMode mode() {
    return mode;
  }

  public boolean needsSetup() {
    return setupCode != null;
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
  public synchronized Caller setUp(
      String code,
      String name,
      String password,
      HttpServletRequest request,
      HttpServletResponse response) {
    requireLocal();
    slowDown("", request);
    String expected = setupCode;
    if (expected == null || !isSame(expected, code.strip().toUpperCase(Locale.ROOT))) {
      audit.write(name, null, request.getRemoteAddr(), "set-up", "", 401);
      throw new SignInRefusedException(
          expected == null ? "There are users already" : "The code is not the one in the log", 0);
    }
    User admin =
        users.create(
            name, new UserService.Change(null, password, Set.of(Role.ADMIN), Set.of(), true));
    setupCode = null;
    return begin(admin, request, response);
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

  private static String newCode() {
    String letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    SecureRandom random = new SecureRandom();
    StringBuilder code = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      code.append(i > 0 && i % 4 == 0 ? "-" : "").append(letters.charAt(random.nextInt(32)));
    }
    return code.toString();
  }

  private static boolean isSame(String expected, String given) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }
}
