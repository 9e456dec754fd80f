package h1

const (
	dayNames   = "SunMonTueWedThuFriSat"
	monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"
	day        = 24 * 60 * 60
)

var longDays = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

// The span of four-digit years, in Unix seconds.
const (
	minDate = -62167219200 // 0000-01-01T00:00:00
	maxDate = 253402300799 // 9999-12-31T23:59:59
)

// AppendDate appends an IMF-fixdate (RFC 9110 section 5.6.7) for seconds since
// 1970, UTC, in the proleptic Gregorian calendar. A time outside the years 0
// to 9999 becomes the nearest that can be written.
func AppendDate(dst []byte, unix int64) []byte {
	unix = min(max(unix, minDate), maxDate)
	days := unix / day
	sec := unix % day
	if sec < 0 {
		days, sec = days-1, sec+day
	}
	wd := int(((days+4)%7 + 7) % 7) // 1970-01-01 was a Thursday
	y, m, d := civil(days)
	dst = append(dst, dayNames[wd*3:wd*3+3]...)
	dst = append(dst, ", "...)
	dst = append(append2(dst, d), ' ')
	dst = append(append(dst, monthNames[m*3-3:m*3]...), ' ')
	dst = append(append2(append2(dst, y/100), y%100), ' ')
	dst = append(append2(dst, int(sec/3600)), ':')
	dst = append(append2(dst, int(sec/60%60)), ':')
	return append(append2(dst, int(sec%60)), " GMT"...)
}

func append2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// ParseDate reads the three forms of RFC 9110 section 5.6.7: IMF-fixdate, the
// RFC 850 form and asctime. now, in the same seconds since 1970, resolves the
// second form's two-digit year: more than 50 years ahead means the century
// before. The day's name must be one, but need not be the right one. A leap
// second counts as the second after it.
func ParseDate[T Text](s T, now int64) (unix int64, ok bool) {
	b := []byte(s)
	var y, m, d int
	var clock []byte
	switch {
	case len(b) == 29 && b[3] == ',': // Sun, 06 Nov 1994 08:49:37 GMT
		if !shape(b, "AAA, 00 AAA 0000 00:00:00 GMT") || index3(dayNames, b) < 0 {
			return 0, false
		}
		d, m, y, clock = num(b[5:7]), index3(monthNames, b[8:])+1, num(b[12:16]), b[17:]
	case len(b) == 24: // Sun Nov  6 08:49:37 1994
		if b[8] == ' ' {
			b[8] = '0'
		}
		if !shape(b, "AAA AAA 00 00:00:00 0000") || index3(dayNames, b) < 0 {
			return 0, false
		}
		d, m, y, clock = num(b[8:10]), index3(monthNames, b[4:])+1, num(b[20:24]), b[11:]
	default: // Sunday, 06-Nov-94 08:49:37 GMT
		i := 0
		for i < len(b) && b[i] != ',' {
			i++
		}
		name, rest := string(b[:i]), b[i:]
		if !shape(rest, ", 00-AAA-00 00:00:00 GMT") || !longDay(name) {
			return 0, false
		}
		d, m, clock = num(rest[2:4]), index3(monthNames, rest[5:])+1, rest[12:]
		days := min(max(now, minDate), maxDate) / day
		this, _, _ := civil(days)
		y = this - this%100 + num(rest[9:11])
		if y > this+50 {
			y -= 100
		} else if y <= this-50 {
			y += 100
		}
	}
	hh, mm, ss := num(clock[0:2]), num(clock[3:5]), num(clock[6:8])
	if m == 0 || d == 0 || d > monthLength(y, m) || hh > 23 || mm > 59 || ss > 60 {
		return 0, false
	}
	return daysOf(y, m, d)*day + int64(hh*3600+mm*60+ss), true
}

// shape tells whether b looks like pattern, where "0" is a digit, "A" a
// letter of a name that is checked elsewhere, or of "GMT".
func shape(b []byte, pattern string) bool {
	if len(b) != len(pattern) {
		return false
	}
	for i := range b {
		switch pattern[i] {
		case '0':
			if !isDigit(b[i]) {
				return false
			}
		case 'A':
		default:
			if b[i] != pattern[i] {
				return false
			}
		}
	}
	return true
}

func index3(names string, b []byte) int {
	for i := 0; i < len(names); i += 3 {
		if names[i:i+3] == string(b[:3]) {
			return i / 3
		}
	}
	return -1
}

func longDay(s string) bool {
	for _, d := range longDays {
		if s == d {
			return true
		}
	}
	return false
}

func num(b []byte) (n int) {
	for _, c := range b {
		n = n*10 + int(c-'0')
	}
	return n
}

func monthLength(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// civil turns days since 1970-01-01 into a date, years from 0 on. The year is
// counted from March, so that the leap day is its last; 719468 is the number
// of days from 0000-03-01 to 1970-01-01, 146097 those of 400 years.
func civil(days int64) (y, m, d int) {
	z := days + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := int(z - era*146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	y = yoe + int(era)*400
	if m > 12 {
		m -= 12
		y++
	}
	return y, m, d
}

// daysOf is the inverse of civil.
func daysOf(y, m, d int) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era)*146097 + int64(doe) - 719468
}
