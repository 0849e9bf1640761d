package org.harmonykb.web;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.harmonykb.security.ApiKeyService;
import org.harmonykb.security.CurrentCaller;
import org.harmonykb.security.Permission;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** API keys: one's own, and for administrators everybody's. */
@RestController
class ApiKeyController {

  private final ApiKeyService keys;
  private final CurrentCaller caller;

  ApiKeyController(ApiKeyService keys, CurrentCaller caller) {
    this.keys = keys;
    this.caller = caller;
  }

  /**
   * @param validDays from now; 90 by default
   */
  record NewKey(
      @Nullable String name, @Nullable Set<Permission> scopes, @Nullable Integer validDays) {}

  @GetMapping("/api/keys")
  List<ApiKeyService.ApiKey> own() {
    return keys.of(caller.name());
  }

  /** The answer is the only time that the secret is shown. */
  @PostMapping("/api/keys")
  @ResponseStatus(HttpStatus.CREATED)
  ApiKeyService.NewKey create(@RequestBody NewKey key) {
    return keys.create(
        caller.get(),
        AccountController.required(key.name, "name"),
        key.scopes == null ? Set.of(Permission.CHAT) : key.scopes,
        Duration.ofDays(key.validDays == null ? 90 : key.validDays));
  }

  @DeleteMapping("/api/keys/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revoke(@PathVariable String id) {
    keys.revoke(id, caller.name());
  }

  @GetMapping("/api/admin/keys")
  List<ApiKeyService.ApiKey> all() {
    return keys.all();
  }

  @DeleteMapping("/api/admin/keys/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void revokeAny(@PathVariable String id) {
    keys.revoke(id, null);
  }
}
