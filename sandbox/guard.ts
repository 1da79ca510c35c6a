import type { IncomingHttpHeaders } from 'node:http'

/** SQS's URLs name `sqs.eu-west-1.localhost`; https://www.rfc-editor.org/rfc/rfc6761#section-6.3 */
const loopbackHost = /^(?:127\.0\.0\.1|(?:[a-z\d-]+\.)*localhost|\[::1\])(?::\d+)?$/i

/** Whether a `Host` is that of a URL; some proxies add the port that the scheme has anyway. */
const isHostOf = (host: string, { protocol, origin }: URL): boolean =>
  URL.parse(`${protocol}//${host}`)?.href === `${origin}/`

/**
 * Why a request for another host is refused; undefined for this machine and for `publicUrl`. A web
 * page can point a name of its own at 127.0.0.1 (DNS rebinding), but not name this machine.
 */
export const refusedHost = (
  { host }: IncomingHttpHeaders,
  publicUrl?: URL | null,
): string | undefined =>
  host && (loopbackHost.test(host) || (publicUrl && isHostOf(host, publicUrl)))
    ? undefined
    : 'this port serves 127.0.0.1 and localhost: for a tunnel to the gateway, put its PUBLIC_BASE_URL into .env.local'

/**
 * Why a request is refused that the owner of this machine did not send: for another host, or by a
 * web page of another origin. A browser names the page in `Origin` (not for an image or a link), and
 * where it comes from in `Sec-Fetch-Site`; programs send neither.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export const refusedRequest = (headers: IncomingHttpHeaders): string | undefined => {
  const { origin, 'sec-fetch-site': site = 'none' } = headers
  const isForeign = origin !== undefined && !loopbackHost.test(URL.parse(origin)?.host ?? '')
  const isOwn = site === 'none' || site === 'same-origin'
  return (
    refusedHost(headers) ??
    (isForeign || !isOwn
      ? 'this port serves no web page: open the address, or use curl'
      : undefined)
  )
}
