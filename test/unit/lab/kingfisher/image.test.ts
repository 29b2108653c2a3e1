import { jpeg, whatIsWrong } from '../../../../lab/kingfisher/tasks/image';

it('is a picture of the size that is asked for', () => {
  expect(jpeg(20_480)).toHaveLength(20_480);
  expect(whatIsWrong(jpeg(20_480))).toBeNull();
});

it.each([
  ['half of it', jpeg(20_480).subarray(0, 10_000), 'premature end of JPEG header'],
  ['all but its end', jpeg(20_480).subarray(0, 20_470), 'premature end of JPEG data'],
  ['nothing', Buffer.alloc(0), 'not a JPEG file'],
  ['a text', Buffer.from('<html>502 Bad Gateway</html>'), 'not a JPEG file'],
  ['zeros behind its start', Buffer.concat([jpeg(2_000).subarray(0, 2), Buffer.alloc(500)]), 'no segment at byte 2'],
])('%s is none', (_, bytes, why) => {
  expect(whatIsWrong(bytes)).toBe(why);
});
