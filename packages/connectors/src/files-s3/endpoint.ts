import { StockafolioError } from '@stockafolio/core';

/**
 * Holds the address of a server that speaks S3's language to a URL of HTTP. `localhost:9000` is a URL too, of a scheme
 * `localhost`, and nothing listens at what the SDK makes of it.
 *
 * @throws ERR_URL_INVALID
 */
export function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isHttp = /^https?:\/\//i.test(endpoint);
  const hasLogin = endpoint.includes('@');
  if (url !== undefined && isHttp && !hasLogin) return;
  // Not repeated where it may hold a login.
  const message = hasLogin
    ? 's3: a login has no place in the endpoint'
    : `s3: the endpoint '${endpoint}' ${isHttp ? 'is no URL' : 'does not begin with http:// or https://'}`;
  throw new StockafolioError('ERR_URL_INVALID', message, {
    hint: hasLogin
      ? 'give it in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: an URL is seen by everyone who lists the processes'
      : 'write the whole URL of the server, such as http://127.0.0.1:9000, or leave it out for AWS',
  });
}
