package org.harmonykb.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Keeps one caller from using up what all share: 429 and a {@code Retry-After}. */
@Component
class RequestLimits extends OncePerRequestFilter {

  /** Paths whose POST makes the model write. */
  private static final Set<String> GENERATING =
      Set.of("/api/ask", "/v1/chat/completions", "/v1/completions", "/v1/responses");

  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final LimitProperties limits;
  private final CurrentCaller callers;
  private final Refusals refusals;
  private final Cache<String, Bucket> requests = buckets();
  private final Cache<String, Bucket> questions = buckets();

  /** How many generations of each caller run; no entry for none. */
  private final Map<String, Integer> running = new ConcurrentHashMap<>();

  RequestLimits(LimitProperties limits, CurrentCaller callers, Refusals refusals) {
    this.limits = limits;
    this.callers = callers;
    this.refusals = refusals;
  }

  private static Cache<String, Bucket> buckets() {
    return Caffeine.newBuilder().maximumSize(100_000).expireAfterAccess(PERIOD).build();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Caller caller = callers.find();
    String path = request.getRequestURI();
    if (caller == null
        || caller.unrestricted()
        || !(path.startsWith("/api/") || path.startsWith("/v1/"))) {
      chain.doFilter(request, response);
      return;
    }
    String who = caller.name() + "\n" + (caller.key() == null ? "" : caller.key());
    boolean isGenerating = request.getMethod().equals("POST") && isGenerating(path);
    long wait = take(requests, who, limits.requestsPerMinute());
    if (wait == 0 && isGenerating) {
      wait = take(questions, who, limits.questionsPerMinute());
    }
    if (wait > 0) {
      refusals.retryLater(request, response, wait, "Too many requests; wait " + wait + " s");
    } else if (isGenerating && limits.generations() > 0) {
      generate(who, request, response, chain);
    } else {
      chain.doFilter(request, response);
    }
  }

  private static boolean isGenerating(String path) {
    return GENERATING.contains(path.endsWith("/") ? path.substring(0, path.length() - 1) : path)
        || (path.startsWith("/api/answers/") && path.endsWith("/replay"));
  }

  private void generate(
      String who, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (running.merge(who, 1, Integer::sum) > limits.generations()) {
      done(who);
      refusals.retryLater(
          request,
          response,
          5,
          "You have %d answers being written already; wait for one of them"
              .formatted(limits.generations()));
      return;
    }
    boolean goesOn = false;
    try {
      chain.doFilter(request, response);
      if (request.isAsyncStarted()) {
        request.getAsyncContext().addListener(new WhenDone(() -> done(who)));
        goesOn = true;
      }
    } finally {
      if (!goesOn) {
        done(who);
      }
    }
  }

  private void done(String who) {
    running.computeIfPresent(who, (name, n) -> n == 1 ? null : n - 1);
  }

  /** Seconds to wait, or 0 if a token was there. */
  private static long take(Cache<String, Bucket> buckets, String who, int perMinute) {
    if (perMinute <= 0) {
      return 0;
    }
    ConsumptionProbe probe =
        buckets
            .get(
                who,
                key ->
                    Bucket.builder()
                        .addLimit(
                            limit -> limit.capacity(perMinute).refillGreedy(perMinute, PERIOD))
                        .build())
            .tryConsumeAndReturnRemaining(1);
    return probe.isConsumed()
        ? 0
        : Math.max(1, Duration.ofNanos(probe.getNanosToWaitForRefill()).toSeconds());
  }

  private record WhenDone(Runnable action) implements AsyncListener {

    @Override
    public void onComplete(AsyncEvent event) {
      action.run();
    }

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {
      event.getAsyncContext().addListener(this);
    }
  }
}
