package org.harmonykb.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;

/** Who is let in, by {@link SecurityMode}; see docs/security.md. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

  private static final String CONTENT_POLICY =
      "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; frame-src 'self';"
          + " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

  private static final String SIGN_IN_PAGE = "/login.html";

  /**
   * @throws IllegalStateException if demo mode is asked for where others can reach it
   */
  @Bean
  static SecurityMode securityMode(SecurityProperties properties, ServerProperties server) {
    InetAddress address = server.getAddress();
    boolean isPrivate = address != null && address.isLoopbackAddress();
    SecurityMode asked = properties.mode();
    if (asked == SecurityMode.DEMO && !isPrivate) {
      throw new IllegalStateException(
          "kb.security.mode=demo serves this machine only; set server.address to 127.0.0.1 or"
              + " choose local, oidc or proxy");
    }
    if (asked == SecurityMode.PROXY && properties.proxy().addresses().isEmpty()) {
      throw new IllegalStateException(
          "kb.security.mode=proxy needs kb.security.proxy.addresses, the proxy's own");
    }
    return asked != null ? asked : isPrivate ? SecurityMode.DEMO : SecurityMode.LOCAL;
  }

  @Bean
  PasswordEncoder passwordEncoder() {
    return PasswordEncoderFactories.createDelegatingPasswordEncoder();
  }

  /** Nobody signs in by Spring's own forms. */
  @Bean
  AuthenticationManager authenticationManager() {
    return authentication -> {
      throw new org.springframework.security.authentication.BadCredentialsException(
          "not signed in here");
    };
  }

  @Bean
  SecurityFilterChain securityFilterChain(
      HttpSecurity http,
      SecurityMode mode,
      SecurityProperties properties,
      UserService users,
      ApiKeyService keys,
      Refusals refusals,
      RequestLimits limits,
      SecurityContextRepository sessions,
      ObjectProvider<ClientRegistrationRepository> providers,
      ObjectProvider<JwtDecoder> tokens)
      throws Exception {
    http.csrf(AbstractHttpConfigurer::disable) // CrossSiteGuard instead; decision 031
        .formLogin(AbstractHttpConfigurer::disable)
        .httpBasic(AbstractHttpConfigurer::disable)
        .requestCache(cache -> cache.requestCache(new NullRequestCache()))
        .cors(cors -> cors.configurationSource(corsSource(properties)))
        .headers(
            headers ->
                headers
                    .contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_POLICY))
                    .referrerPolicy(policy -> policy.policy(ReferrerPolicy.SAME_ORIGIN))
                    .frameOptions(frames -> frames.sameOrigin())
                    .crossOriginResourcePolicy(
                        policy -> policy.policy(CrossOriginResourcePolicy.SAME_ORIGIN))
                    .permissionsPolicyHeader(
                        policy -> policy.policy("camera=(), geolocation=(), microphone=()")))
        .securityContext(
            context ->
                context.securityContextRepository(
                    mode == SecurityMode.DEMO
                        ? new RequestAttributeSecurityContextRepository()
                        : sessions))
        .logout(
            logout ->
                logout
                    .logoutUrl("/api/logout")
                    .logoutSuccessHandler(
                        (request, response, caller) ->
                            response.setStatus(HttpStatus.NO_CONTENT.value())))
        .exceptionHandling(
            handling ->
                handling
                    .authenticationEntryPoint(
                        (request, response, e) -> askToSignIn(refusals, request, response, e))
                    .accessDeniedHandler(
                        (request, response, e) ->
                            refusals.write(
                                request,
                                response,
                                HttpStatus.FORBIDDEN,
                                "Your roles or the API key's scopes do not allow this")))
        .authorizeHttpRequests(Rules::apply)
        .addFilterBefore(new MultipartGuard(refusals), SecurityContextHolderFilter.class)
        .addFilterBefore(
            new CrossSiteGuard(properties.allowedOrigins(), refusals),
            SecurityContextHolderFilter.class)
        .addFilterAfter(limits, AuthorizationFilter.class);
    if (mode == SecurityMode.DEMO) {
      http.sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
          .addFilterBefore(
              new DemoSignIn(properties.hosts(), refusals), AnonymousAuthenticationFilter.class);
      return http.build();
    }
    http.addFilterBefore(new ApiKeySignIn(keys, refusals), AnonymousAuthenticationFilter.class);
    if (mode == SecurityMode.PROXY) {
      http.addFilterBefore(
          new ProxySignIn(properties, users, refusals), AnonymousAuthenticationFilter.class);
    }
    if (mode == SecurityMode.OIDC) {
      OidcSignIn oidc = new OidcSignIn(properties, users, sessions);
      if (providers.getIfAvailable() != null) {
        http.oauth2Login(login -> login.loginPage(SIGN_IN_PAGE).successHandler(oidc));
      }
      if (tokens.getIfAvailable() != null) {
        http.oauth2ResourceServer(
            server ->
                server
                    .bearerTokenResolver(exceptApiKeys())
                    .jwt(jwt -> jwt.jwtAuthenticationConverter(oidc))
                    .authenticationEntryPoint(
                        (request, response, e) ->
                            refusals.write(
                                request,
                                response,
                                HttpStatus.UNAUTHORIZED,
                                "The access token is wrong or expired")));
      }
    }
    return http.build();
  }

  /** The limits run inside Spring Security's chain only. */
  @Bean
  FilterRegistrationBean<RequestLimits> limitsOutsideTheChain(RequestLimits limits) {
    FilterRegistrationBean<RequestLimits> registration = new FilterRegistrationBean<>(limits);
    registration.setEnabled(false);
    return registration;
  }

  private static BearerTokenResolver exceptApiKeys() {
    DefaultBearerTokenResolver tokens = new DefaultBearerTokenResolver();
    return new BearerTokenResolver() {
      @Override
      public @Nullable String resolve(HttpServletRequest request) {
        return ApiKeySignIn.secret(request) != null ? null : tokens.resolve(request);
      }
    };
  }

  private static void askToSignIn(
      Refusals refusals,
      HttpServletRequest request,
      HttpServletResponse response,
      AuthenticationException e)
      throws IOException {
    String accept = request.getHeader("Accept");
    boolean isPage =
        request.getMethod().equals("GET")
            && accept != null
            && accept.contains(MediaType.TEXT_HTML_VALUE);
    if (isPage) {
      Refusals.redirect(response, SIGN_IN_PAGE);
    } else {
      response.setHeader("WWW-Authenticate", "Bearer");
      refusals.write(
          request,
          response,
          HttpStatus.UNAUTHORIZED,
          "Sign in, or send an API key as Authorization: Bearer kb_…");
    }
  }

  private static UrlBasedCorsConfigurationSource corsSource(SecurityProperties properties) {
    UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
    if (!properties.allowedOrigins().isEmpty()) {
      CorsConfiguration allowed = new CorsConfiguration();
      allowed.setAllowedOrigins(List.copyOf(properties.allowedOrigins()));
      allowed.setAllowedMethods(List.of("GET", "POST", "PUT", "PATCH", "DELETE"));
      allowed.setAllowedHeaders(List.of("Authorization", "Content-Type", "Accept"));
      source.registerCorsConfiguration("/api/**", allowed);
      source.registerCorsConfiguration("/v1/**", allowed);
    }
    return source;
  }
}
