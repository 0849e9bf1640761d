package org.harmonykb.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sign-in at an OpenID Connect provider over real HTTP, and access tokens of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class OidcSignInIT {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir static Path data;
  private Provider provider;
  private RunningService service;

  @BeforeAll
  void start() throws Exception {
    provider = new Provider();
    service =
        new RunningService(
            data,
            "--kb.model.path=none",
            "--kb.security.mode=oidc",
            "--kb.security.roles.editor=writers",
            "--spring.security.oauth2.client.registration.company.client-id=kb",
            "--spring.security.oauth2.client.registration.company.client-secret=s",
            "--spring.security.oauth2.client.registration.company.scope=openid,profile",
            "--spring.security.oauth2.client.provider.company.issuer-uri=" + provider.issuer,
            "--spring.security.oauth2.resourceserver.jwt.issuer-uri=" + provider.issuer,
            "--spring.security.oauth2.resourceserver.jwt.audiences=kb");
  }

  @AfterAll
  void stop() {
    service.close();
    provider.server.stop(0);
  }

  @Test
  void personSignsInAtTheProvider() throws Exception {
    Person person = new Person(service.port());
    String begin = person.get("/api/me").json().get("providerUrl").asString();
    Person.Reply toProvider = person.get(begin);
    assertThat(toProvider.header("Location")).startsWith(provider.issuer + "/authorize");
    String back = provider.agree(toProvider.header("Location"));
    Person.Reply home = person.get(back.substring(back.indexOf("/login/oauth2")));
    assertThat(home.status()).isEqualTo(302);
    assertThat(home.header("Location")).isEqualTo("/");
    JsonNode me = person.get("/api/me").json();
    assertThat(me.get("name").asString()).isEqualTo("u-17");
    assertThat(me.get("displayName").asString()).isEqualTo("Ada L.");
    assertThat(me.get("groups").toString()).contains("writers", "staff");
    assertThat(me.get("roles").toString()).contains("EDITOR", "READER").doesNotContain("ADMIN");
    assertThat(person.get("/api/conversations").status()).isEqualTo(200);
    assertThat(person.get("/api/admin/users").status()).isEqualTo(403);
  }

  @Test
  void forgedReturnSignsNobodyIn() throws Exception {
    Person person = new Person(service.port());
    person.get(person.get("/api/me").json().get("providerUrl").asString());
    person.get("/login/oauth2/code/company?code=x&state=forged");
    assertThat(person.get("/api/conversations").status()).isEqualTo(401);
  }

  @Test
  void accessTokensOfTheProviderAreTaken() throws Exception {
    Person machine = new Person(service.port(), provider.token(provider.key, "kb", Map.of()));
    assertThat(machine.get("/api/conversations").status()).isEqualTo(200);
    Person ofAnother = new Person(service.port(), provider.token(provider.key, "mail", Map.of()));
    assertThat(ofAnother.get("/api/conversations").status()).isEqualTo(401);
    RSAKey stranger = new RSAKeyGenerator(2048).keyID("k").generate();
    Person forger = new Person(service.port(), provider.token(stranger, "kb", Map.of()));
    assertThat(forger.get("/api/conversations").status()).isEqualTo(401);
  }

  /** As small as an OpenID Connect provider can be: one person, who always agrees. */
  private static final class Provider {

    private final RSAKey key = new RSAKeyGenerator(2048).keyID("k").generate();
    private final HttpServer server;
    private final String issuer;
    private final Map<String, String> nonces = new HashMap<>();

    Provider() throws Exception {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      issuer = "http://localhost:" + server.getAddress().getPort();
      answer(
          "/.well-known/openid-configuration",
          exchange ->
              Map.of(
                  "issuer",
                  issuer,
                  "authorization_endpoint",
                  issuer + "/authorize",
                  "token_endpoint",
                  issuer + "/token",
                  "jwks_uri",
                  issuer + "/keys",
                  "response_types_supported",
                  List.of("code"),
                  "subject_types_supported",
                  List.of("public"),
                  "id_token_signing_alg_values_supported",
                  List.of("RS256")));
      answer("/keys", exchange -> new JWKSet(key.toPublicJWK()).toJSONObject());
      answer(
          "/token",
          exchange -> {
            String form =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String code = parameters(form).getOrDefault("code", "");
            return Map.of(
                "access_token",
                "opaque",
                "token_type",
                "Bearer",
                "expires_in",
                300,
                "id_token",
                token(key, "kb", Map.of("nonce", nonces.getOrDefault(code, ""))));
          });
      server.start();
    }

    private interface Answer {
      Object to(HttpExchange exchange) throws IOException;
    }

    private void answer(String path, Answer answer) {
      server.createContext(
          path,
          exchange -> {
            byte[] body = JSON.writeValueAsBytes(answer.to(exchange));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
    }

    /** Where the provider sends the browser after sign-in. */
    String agree(String authorizationUrl) {
      Map<String, String> asked = parameters(URI.create(authorizationUrl).getRawQuery());
      String code = "code-" + nonces.size();
      nonces.put(code, asked.getOrDefault("nonce", ""));
      return asked.get("redirect_uri")
          + "?code="
          + code
          + "&state="
          + URLEncoder.encode(asked.getOrDefault("state", ""), StandardCharsets.UTF_8);
    }

    String token(RSAKey signer, String audience, Map<String, String> more) {
      JWTClaimsSet.Builder claims =
          new JWTClaimsSet.Builder()
              .issuer(issuer)
              .subject("u-17")
              .audience(audience)
              .issueTime(Date.from(Instant.now()))
              .expirationTime(Date.from(Instant.now().plusSeconds(300)))
              .claim("name", "Ada L.")
              .claim("groups", List.of("staff", "writers"));
      more.forEach(claims::claim);
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k").build(), claims.build());
      try {
        token.sign(new RSASSASigner(signer));
      } catch (JOSEException e) {
        throw new IllegalStateException(e);
      }
      return token.serialize();
    }

    private static Map<String, String> parameters(String query) {
      Map<String, String> parameters = new HashMap<>();
      for (String pair : query.split("&")) {
        int equals = pair.indexOf('=');
        parameters.put(
            pair.substring(0, equals),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
      return parameters;
    }
  }
}
