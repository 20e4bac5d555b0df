import { nkeyAuthenticator, usernamePasswordAuthenticator, type Authenticator } from 'nats';

/** How a service proves who it is: the seed of its nkey, or a user name and a password. */
export type Credentials = { readonly nkeySeed: string } | { readonly user: string; readonly password: string };

/** The client's authenticator for the credentials. */
export function authenticatorOf(credentials: Credentials): Authenticator {
  return 'nkeySeed' in credentials
    ? nkeyAuthenticator(new TextEncoder().encode(credentials.nkeySeed))
    : usernamePasswordAuthenticator(credentials.user, credentials.password);
}
