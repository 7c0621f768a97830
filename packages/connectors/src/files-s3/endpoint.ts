import { StockafolioError } from '@stockafolio/core';

/**
 * Checks that the address of an S3 server is an HTTP URL. `localhost:9000` is a URL too, of a scheme `localhost`, and
 * nothing listens at what the SDK makes of it.
 *
 * @throws ERR_URL_INVALID
 */
export function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isHttp = /^https?:\/\//i.test(endpoint);
  const hasLogin = endpoint.includes('@');
  if (url !== undefined && isHttp && !hasLogin) return;
  // Not repeated if it may hold a login.
  const message = hasLogin
    ? 's3: the endpoint must not contain a login'
    : `s3: the endpoint '${endpoint}' ${isHttp ? 'is not a URL' : 'does not begin with http:// or https://'}`;
  throw new StockafolioError('ERR_URL_INVALID', message, {
    hint: hasLogin
      ? 'give it in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: everyone who lists the processes can see a URL'
      : 'write the full URL of the server, such as http://127.0.0.1:9000, or omit it for AWS',
  });
}
