import { describe, expect, test } from 'vitest'
import { saysText, toNoteBody } from '../../../src/lib/intercom/note-body.ts'

describe('toNoteBody', () => {
  test.each([
    ['Met at a fair', '<p>Met at a fair</p>'],
    ['Line one\nLine two', '<p>Line one<br>Line two</p>'],
    ['One\n\nTwo', '<p>One</p><p>Two</p>'],
    ['One\n \t\n\n\nTwo\nThree', '<p>One</p><p>Two<br>Three</p>'],
    ['\n \nOne\n\n', '<p>One</p>'],
    ['One\r\nTwo\r\n\r\nThree', '<p>One<br>Two</p><p>Three</p>'],
    ['One\rTwo\u2028Three\u2029Four\u0085Five', '<p>One<br>Two<br>Three<br>Four<br>Five</p>'],
  ])('keeps the lines of %j', (text, body) => {
    expect(toNoteBody(text)).toBe(body)
  })

  test.each([
    ['5 < 6 & 7 > 6', '<p>5 &lt; 6 &amp; 7 &gt; 6</p>'],
    ['<p>one</p>', '<p>&lt;p&gt;one&lt;/p&gt;</p>'],
    ['<br>\n<script>x</script>', '<p>&lt;br&gt;<br>&lt;script&gt;x&lt;/script&gt;</p>'],
    [
      '<img src="https://tracker.example.net/p.gif">',
      '<p>&lt;img src="https://tracker.example.net/p.gif"&gt;</p>',
    ],
    ['&lt;b&gt; &amp; &#60;', '<p>&amp;lt;b&amp;gt; &amp;amp; &amp;#60;</p>'],
    ['"quoted" and \'quoted\'', '<p>"quoted" and \'quoted\'</p>'],
  ])('escapes %j: text is never markup', (text, body) => {
    expect(toNoteBody(text)).toBe(body)
  })

  test.each(['', '\n', ' \n\t\n'])('has no paragraph for %j', (text) => {
    expect(toNoteBody(text)).toBe('')
  })
})

describe('saysText', () => {
  test.each([
    ['<p>Met at a fair</p>', 'Met at a fair'],
    ['Met at a fair', 'Met at a fair'],
    ['<p>One<br/>Two</p>\n<p class="x">Three</p>', 'One\nTwo\n\nThree'],
    ['<p>see <a href="https://a.example/?x=1">https://a.example</a></p>', 'see https://a.example'],
    ['<p>5 &lt; 6 &amp;&nbsp;7 &gt; 6</p>', '5 < 6 & 7 > 6'],
    ['<p>&quot;it&#39;s&quot; it&#x27;s it&apos;s</p>', "\"it's\" it's it's"],
    ['<p>&amp;lt;b&amp;gt;</p>', '&lt;b&gt;'],
    ['<p>&lt;b&gt;bold&lt;/b&gt;</p>', '<b>bold</b>'],
    ['<p>&#128640; &eacute; &#9999999;</p>', '🚀 &eacute; &#9999999;'],
    ['<p>&amp;constructor;</p>', '&constructor;'],
  ])('%s says %j', (html, text) => {
    expect(saysText(html, text)).toBe(true)
  })

  test.each([
    ['<p>Met at a fair.</p>', 'Met at a fair'],
    ['<p>met at a fair</p>', 'Met at a fair'],
    ['<p>bold</p>', '<b>bold</b>'],
    ['', 'Hello'],
  ])('%s does not say %j', (html, text) => {
    expect(saysText(html, text)).toBe(false)
  })
})
