package org.harmonykb.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import java.util.Set;
import org.harmonykb.security.Caller;
import org.harmonykb.security.CurrentCaller;
import org.harmonykb.security.Permission;
import org.harmonykb.security.Role;
import org.harmonykb.security.SecurityMode;
import org.harmonykb.security.SignInService;
import org.harmonykb.security.UserService;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Who I am, signing in and out. */
@RestController
class AccountController {

  private final SignInService signIn;
  private final UserService users;
  private final CurrentCaller caller;
  private final @Nullable Iterable<ClientRegistration> providers;

  AccountController(
      SignInService signIn,
      UserService users,
      CurrentCaller caller,
      ObjectProvider<Iterable<ClientRegistration>> providers) {
    this.signIn = signIn;
    this.users = users;
    this.caller = caller;
    this.providers = providers.getIfAvailable();
  }

  /**
   * @param mode how people sign in here
   * @param signedIn false leaves out who it is
   * @param setup whether the first administrator is still to be set up
   * @param providerUrl where sign-in at the provider begins, or null
   */
  record Me(
      String mode,
      boolean signedIn,
      boolean setup,
      @Nullable String providerUrl,
      @Nullable String name,
      @Nullable String displayName,
      Set<Role> roles,
      Set<String> groups,
      Set<Permission> permissions) {}

  record SignIn(@Nullable String name, @Nullable String password) {}

  record SetUp(@Nullable String code, @Nullable String name, @Nullable String password) {}

  record NewPassword(@Nullable String present, @Nullable String next) {}

  @GetMapping("/api/me")
  Me me() {
    return me(caller.find());
  }

  @PostMapping("/api/login")
  Me login(@RequestBody SignIn body, HttpServletRequest request, HttpServletResponse response) {
    return me(
        signIn.signIn(
            required(body.name, "name"), required(body.password, "password"), request, response));
  }

  /** Makes the first administrator. */
  @PostMapping("/api/setup")
  Me setUp(@RequestBody SetUp body, HttpServletRequest request, HttpServletResponse response) {
    return me(
        signIn.setUp(
            required(body.code, "code"),
            required(body.name, "name"),
            required(body.password, "password"),
            request,
            response));
  }

  @PostMapping("/api/me/password")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void changePassword(@RequestBody NewPassword body) {
    users.changePassword(
        caller.name(), required(body.present, "present"), required(body.next, "next"));
  }

  private Me me(@Nullable Caller who) {
    String mode = signIn.mode().name().toLowerCase(Locale.ROOT);
    return new Me(
        mode,
        who != null,
        signIn.needsSetup(),
        providerUrl(),
        who == null ? null : who.name(),
        who == null ? null : who.displayName(),
        who == null ? Set.of() : who.roles(),
        who == null ? Set.of() : who.groups(),
        who == null ? Set.of() : who.permissions());
  }

  private @Nullable String providerUrl() {
    if (signIn.mode() == SecurityMode.OIDC && providers != null) {
      for (ClientRegistration provider : providers) {
        return "/oauth2/authorization/" + provider.getRegistrationId();
      }
    }
    return null;
  }

  static String required(@Nullable String value, String field) {
    if (value == null) {
      throw new IllegalArgumentException("The field " + field + " is missing");
    }
    return value;
  }
}
