/** A certificate that ended with the year 2020, and its key, which protects nothing. CN=kingfisher.test */
export const ENDED = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBGzCBwgIBATAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9raW5nZmlzaGVyLnRl
c3QwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjAaMRgwFgYDVQQDDA9r
aW5nZmlzaGVyLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQZW4vCnLzY
0w6y3b962gCUgWHVQPUhXPoCmwmRAcqjj+UZGGccOskjuf7FtdctMHWDByr+qvm4
xFcSfTkzbBbBMAoGCCqGSM49BAMCA0gAMEUCIQD52D7ms5Jk5vMNu+OcXfFwESCa
nrnDnH3QlomuQ0anAgIgYE9GTv/seJagGaWRGExnDYTssR7j3GmEBRrNzQNZxvc=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQggz5074Wwhf262GaH
GP8y6t3o/Hf+DfIGs7J9tf7HFy6hRANCAAQZW4vCnLzY0w6y3b962gCUgWHVQPUh
XPoCmwmRAcqjj+UZGGccOskjuf7FtdctMHWDByr+qvm4xFcSfTkzbBbB
-----END PRIVATE KEY-----
`,
};
