package main

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const manifestName = "manifest.txt"

type manifest struct {
	files  int
	bytes  int64
	digest [sha256.Size]byte
}

// writeManifest lists the SHA-256, size and path of every file below dir, in path order.
func writeManifest(dir string) (*manifest, error) {
	var list strings.Builder
	written := &manifest{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		line, size, err := describe(path)
		written.files++
		written.bytes += size
		list.WriteString(line)
		return err
	})
	if err != nil {
		return nil, err
	}
	written.digest = sha256.Sum256([]byte(list.String()))
	return written, os.WriteFile(filepath.Join(dir, manifestName), []byte(list.String()), 0o600)
}

// checkManifest reads the manifest line by line and describes every file again.
func checkManifest(dir string) error {
	file, err := os.Open(filepath.Join(dir, manifestName))
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		now, _, err := describe(fields[len(fields)-1])
		if err != nil {
			return err
		}
		if now != lines.Text()+"\n" {
			return fmt.Errorf("the manifest says %q, the file %q", lines.Text(), now)
		}
	}
	return lines.Err()
}

// describe returns the manifest's line about one file, and the file's size.
func describe(path string) (line string, size int64, err error) {
	status, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	digest := sha256.New()
	if size, err = io.Copy(digest, file); err != nil {
		return "", 0, err
	}
	if size != status.Size() {
		return "", 0, fmt.Errorf("%s: read %d bytes of %d", path, size, status.Size())
	}
	return fmt.Sprintf("%x %d %s\n", digest.Sum(nil), size, filepath.ToSlash(path)), size, nil
}
